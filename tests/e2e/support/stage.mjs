// `scenario`: a test with a stage that cleans up what it started and shows the nodes' logs when it fails.
import test from 'node:test';
import { Node, freePort } from './node.mjs';
import { Reader } from './stream.mjs';
import { Wire } from './wire.mjs';
import { until, within } from './wait.mjs';

export class Stage {
  #cleanups = [];
  nodes = [];

  /** Runs `cleanup` at the end of the test, last in, first out. */
  defer(cleanup) {
    this.#cleanups.push(cleanup);
  }

  /** A node, not started yet. */
  prepare(config = {}, options = {}) {
    const node = new Node(config, options);
    this.nodes.push(node);
    this.defer(() => node.dispose());
    return node;
  }

  /** A node that is ready. */
  node(config, options) {
    return this.prepare(config, options).start();
  }

  /** Two nodes that know each other by `discovery/hosts`, linked both ways; `options` are the second one's. */
  async pair(config = {}, options = {}) {
    const ports = [await freePort(), await freePort()];
    const peers = ports.map((port) => `127.0.0.1:${port}`);
    const make = (name, port, more) =>
      this.prepare({ ...config, hosts: { peers }, node: { name }, http: { ...config.http, port } }, more);
    const nodes = [make('a', ports[0]), make('b', ports[1], options)];
    await Promise.all(nodes.map((node) => node.start()));
    await linked(nodes);
    return nodes;
  }

  /** An open stream on `node`; its first block has been read unless `options.raw`. */
  async subscribe(node, path, options = {}) {
    const reader = new Reader(node, path, options);
    this.defer(() => reader.close());
    await reader.opened;
    if (options.raw || reader.status !== 200) return reader;
    // Who is over a limit gets a `retry` and the end: never to be taken for a stream.
    const first = await reader.firstBlock();
    if (first.id === undefined) throw new Error(`${path} was refused: ${first.raw}`);
    return reader;
  }

  /** The same once there is room: the node may still count a connection whose answer was read a moment ago. */
  admitted(node, path) {
    return until('there is room', async () => {
      const reader = await this.subscribe(node, path, { raw: true });
      await until('an answer', () => reader.ended || reader.blocks.length > 0);
      if (reader.blocks[0]?.id !== undefined && !reader.ended) return reader;
      reader.close();
      return false;
    });
  }

  /** A bare connection to `node`. */
  async wire(node) {
    const wire = await Wire.connect(node.port);
    this.defer(() => wire.close());
    return wire;
  }

  async close() {
    const failures = [];
    for (const cleanup of this.#cleanups.reverse()) {
      try {
        await within('a clean-up ends', cleanup(), 30000);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length) throw failures[0];
  }
}

/** Waits until each of `nodes` reports a connected link to every other, at most `ms` for each. */
export async function linked(nodes, ms = 15000) {
  for (const node of nodes) {
    await until(
      `${node.config.node.name} is linked`,
      async () => {
        const { cluster } = await node.status();
        // One without an address connected by itself and is not read yet.
        return cluster.nodes.filter((peer) => peer.address && peer.link === 'connected').length >= nodes.length - 1;
      },
      ms,
    );
  }
}

/** A test case: `body(stage)`; `options.seconds` (30) is its limit, after which the stage is cleared all the same. */
export function scenario(name, body, { seconds = 30, ...options } = {}) {
  test(name, options, async () => {
    const stage = new Stage();
    let failure;
    try {
      await within(`"${name}" ends`, body(stage), seconds * 1000);
    } catch (error) {
      failure = error;
    }
    try {
      await stage.close();
    } catch (error) {
      failure ??= error;
    }
    if (!failure) return;
    for (const node of stage.nodes) {
      console.error(`--- log of ${node.config.node.name} in "${name}":\n${node.log.slice(-8000)}`);
    }
    throw failure;
  });
}
