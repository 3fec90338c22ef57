// What holds in clusters of our nodes and original ones: {nodes, originals}, whatever stands in for the latter.
import assert from 'node:assert/strict';
import { call, json } from './http.mjs';
import { until } from './wait.mjs';

/** A path to publish to a channel, by the kind of the node. */
const pathOf = (node, channel) =>
  ['early', 'first'].includes(node.version) ? `/publish/${channel}` : `/channel/${channel}`;

/** Waits until each of `nodes` is connected with `count` others. */
export async function connected(nodes, count) {
  for (const node of nodes) {
    await until(
      `${node.config.node.name} is connected with ${count}`,
      async () => (await node.status()).cluster.nodes.filter((peer) => peer.link === 'connected').length === count,
      15000,
    );
  }
}

/** Subscribers of a channel on every node. */
export async function readersOn(stage, { nodes, originals }, channel = 'c') {
  const readers = [];
  for (const node of nodes) readers.push(await stage.subscribe(node, `/subscribe/${channel}`));
  for (const original of originals) {
    const reader = await original.subscribe(channel);
    stage.defer(() => reader.close());
    readers.push(reader);
  }
  return readers;
}

export async function publishAt(node, channel, event) {
  const answer = await call(node, 'POST', pathOf(node, channel), { body: JSON.stringify(event), headers: json });
  assert.equal(answer.status, 200, answer.body);
}

/**
 * Publishes at each node in turn, several times over, and checks that each subscriber got each event exactly once. A
 * last round tells that nothing else is on the way.
 */
export async function everyDirection(all, readers, { rounds = 3, mark = '' } = {}) {
  const expected = [];
  for (let round = 1; round <= rounds; round++) {
    for (const [i, node] of [...all.nodes, ...all.originals].entries()) {
      const data = `${mark}${round} at ${i}`;
      expected.push(JSON.stringify(data));
      await publishAt(node, 'c', { data, event: 'tick' });
      for (const [to, reader] of readers.entries()) {
        await until(`${data} at reader ${to}`, () => reader.datas.includes(JSON.stringify(data)));
      }
    }
  }
  const got = (reader) => reader.datas.filter((data) => data.startsWith(`"${mark}`)).sort();
  for (const reader of readers) assert.deepEqual(got(reader), expected.sort());
}
