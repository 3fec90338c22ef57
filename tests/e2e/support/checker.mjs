// Proves what subscribers were promised from what publishers were told and what subscribers saw.
import assert from 'node:assert/strict';
import { agentFor, ndjson, requestTo } from './http.mjs';
import { Reader } from './stream.mjs';
import { pause } from './wait.mjs';


/** Publishes numbered events in batches, one batch after the other, and remembers which were acknowledged. */
export class LoadPublisher {
  acknowledged = [];
  #next = 1;
  #stopped = false;

  constructor(node, name, { channel = 'c', batch = 10, everyMs = 30 } = {}) {
    Object.assign(this, { node, name, channel, batch, everyMs });
    this.agent = agentFor(node);
    this.done = this.#run();
  }

  async #run() {
    while (!this.#stopped) {
      const numbers = Array.from({ length: this.batch }, () => this.#next++);
      const answer = await this.#post(numbers);
      if (answer) this.acknowledged.push(...numbers.filter((_, i) => answer.results[i].id));
      await pause(this.everyMs);
    }
    this.agent.destroy();
  }

  #post(numbers) {
    const { channel, name } = this;
    const body = numbers.map((n) => JSON.stringify({ channel, data: { p: name, n } })).join('\n');
    return new Promise((resolve) => {
      const headers = { ...ndjson, 'content-length': Buffer.byteLength(body) };
      const request = requestTo(this.node, { method: 'POST', path: '/publish', agent: this.agent, headers });
      request.setTimeout(15000, () => request.destroy());
      request.on('error', () => resolve(undefined));
      request.on('response', (response) => {
        let text = '';
        response.on('data', (chunk) => (text += chunk));
        response.on('error', () => resolve(undefined));
        response.on('end', () => resolve(response.statusCode < 300 ? JSON.parse(text) : undefined));
      });
      request.end(body);
    });
  }

  async stop() {
    this.#stopped = true;
    await this.done;
  }
}

/** Reconnects as EventSource does, to the next of `nodes` or to the one that `choose(nodes, at)` says. */
export class Watcher {
  seen = []; // {p, n, id}, {gap, id}, or {opened, after: id}: a stream begins
  moves = 0;
  #lastId;
  #closed = false;

  constructor(nodes, name, { channel = 'c', pauseMs = 100, choose = (all, at) => all[at % all.length] } = {}) {
    Object.assign(this, { nodes, name, channel, pauseMs, choose });
    this.done = this.#run();
  }

  async #run() {
    for (let at = 0; !this.#closed; at += 1) {
      const node = this.choose(this.nodes, at);
      this.reader = new Reader(node, `/subscribe/${this.channel}`, { lastEventId: this.#lastId });
      await this.reader.opened.catch(() => {});
      this.seen.push({ opened: node.config.node.name, after: this.#lastId, at: new Date().toISOString() });
      let taken = 0;
      const take = () => {
        for (; taken < this.reader.blocks.length; taken += 1) this.#take(this.reader.blocks[taken]);
      };
      while (!this.reader.ended && !this.#closed) {
        take();
        await pause(5);
      }
      take();
      this.moves += 1;
      if (!this.#closed) await pause(this.pauseMs);
    }
  }

  #take(block) {
    if (block.id !== undefined) this.#lastId = block.id;
    const at = new Date().toISOString();
    if (block.event === 'gap') this.seen.push({ gap: JSON.parse(block.data), id: block.id, at });
    else if (block.data !== undefined) this.seen.push({ ...JSON.parse(block.data), id: block.id });
  }

  get opened() {
    return this.reader?.blocks.length > 0;
  }

  numbersOf(publisher) {
    return this.seen.filter((event) => event.p === publisher.name).map((event) => event.n);
  }

  has(publisher) {
    const last = publisher.acknowledged.at(-1);
    return last === undefined || this.numbersOf(publisher).includes(last);
  }

  get gaps() {
    return this.seen.filter((event) => event.gap).length;
  }

  /** Leaves the stream, to come back elsewhere. */
  hop() {
    this.reader?.close();
  }

  async close() {
    this.#closed = true;
    this.hop();
    await this.done;
  }
}

/**
 * Each event at most once, and those acknowledged in the publisher's order: a request that was given up may still lie
 * in the network and be published late.
 */
export function assertOnceInOrder(watcher, publisher) {
  const all = watcher.numbersOf(publisher);
  assert.equal(new Set(all).size, all.length, `${watcher.name}: ${publisher.name}'s events came twice`);
  const acknowledged = new Set(publisher.acknowledged);
  const numbers = all.filter((n) => acknowledged.has(n));
  const wrong = numbers.findIndex((n, i) => i > 0 && n <= numbers[i - 1]);
  assert.equal(
    wrong,
    -1,
    `${watcher.name}: ${publisher.name}'s events ${numbers.slice(Math.max(0, wrong - 3), wrong + 2)}`,
  );
}

/** Acknowledged events that the watcher never saw. */
export function lostOf(watcher, publisher) {
  const had = new Set(watcher.numbersOf(publisher));
  return publisher.acknowledged.filter((n) => !had.has(n));
}

/** Everything acknowledged arrived, once and in order. */
export function assertAll(watcher, publisher) {
  assertOnceInOrder(watcher, publisher);
  const lost = lostOf(watcher, publisher);
  assert.equal(lost.length, 0, `${watcher.name} lost ${lost.length} of ${publisher.name}: ${lost.slice(0, 10)}`);
}
