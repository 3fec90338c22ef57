// Clusters of our nodes and Go nodes as the original's, which find each other by gossip and nothing else.
import assert from 'node:assert/strict';
import { call, json, publish } from './support/http.mjs';
import { connected, everyDirection, publishAt, readersOn } from './support/mixed.mjs';
import { hostsWithNodes, missing } from './support/net.mjs';
import { freePort } from './support/node.mjs';
import { GoNode } from './support/original_go.mjs';
import { scenario } from './support/stage.mjs';
import { until } from './support/wait.mjs';

const addressOf = (i) => `127.0.0.${11 + i}`;

/**
 * Nodes on addresses of their own with one HTTP and one gossip port, named by `kinds`: 'ours' or a version of the
 * original. The first starts alone, each other one joins by the one before it.
 */
async function cluster(stage, kinds) {
  const [port, gossip] = [await freePort(), await freePort()];
  const all = { nodes: [], originals: [], inOrder: [], kinds };
  for (const [i, kind] of kinds.entries()) {
    const hosts = i === 0 ? [] : [`${addressOf(i - 1)}:${gossip}`];
    const node = kind === 'ours' ? ours(stage, i, port, gossip, hosts) : original(stage, i, kind, port, gossip, hosts);
    (kind === 'ours' ? all.nodes : all.originals).push(node);
    all.inOrder.push(node);
    await node.start();
  }
  await settled(all);
  return all;
}

function ours(stage, i, port, gossip, hosts) {
  const http = { address: addressOf(i), port };
  return stage.prepare({
    node: { name: `n${i}` },
    http,
    discovery: ['gossip'],
    gossip: { bind: addressOf(i), port: gossip, hosts },
  });
}

function original(stage, i, version, port, gossip, hosts) {
  const args = ['-address', addressOf(i), '-gossip.port', String(gossip), '-gossip.hosts', hosts.join()];
  const node = new GoNode(`o${i}`, { version, address: addressOf(i), port, args });
  stage.defer(() => node.child && node.kill());
  return node;
}

/** Waits until every node knows all others. */
async function settled({ nodes, originals }) {
  const count = nodes.length + originals.length;
  for (const node of originals) {
    await until(`${node.name} knows all`, async () => (await node.members()) === count, 15000);
  }
  await connected(nodes, count - 1);
}

for (const kinds of [
  ['late', 'ours', 'late', 'ours'],
  ['ours', 'late', 'ours', 'late'],
  ['early', 'ours', 'ours', 'early'],
  ['ours', 'first', 'first', 'ours'],
  ['ours', 'late', 'early', 'ours'],
  ['late', 'late', 'late', 'ours'],
]) {
  scenario(`${kinds.join(', ')}: found by gossip, every event reaches every subscriber once`, async (stage) => {
    const all = await cluster(stage, kinds);
    await everyDirection(all, await readersOn(stage, all));
  }, { seconds: 60 });
}

scenario('events of all nodes at the same time arrive everywhere once', async (stage) => {
  const all = await cluster(stage, ['ours', 'late', 'ours', 'late']);
  const readers = await readersOn(stage, all);
  const count = 100;
  await Promise.all(
    all.inOrder.map(async (node, i) => {
      for (let n = 0; n < count; n++) await publishAt(node, 'c', { data: [i, n], event: 'tick' });
    }),
  );
  const expected = all.inOrder.flatMap((_, i) => Array.from({ length: count }, (_, n) => `[${i},${n}]`)).sort();
  for (const [i, reader] of readers.entries()) {
    await until(`all at reader ${i}`, () => new Set(reader.datas).size === expected.length, 20000);
  }
  for (const node of all.inOrder) await publishAt(node, 'c', { data: 'end', event: 'tick' });
  for (const reader of readers) {
    await until('the ends', () => reader.datas.filter((data) => data === '"end"').length === all.inOrder.length);
    assert.deepEqual(reader.datas.filter((data) => data !== '"end"').sort(), expected);
  }
}, { seconds: 90 });

scenario('targeted and broadcast events find their clients on nodes of either kind', async (stage) => {
  const all = await cluster(stage, ['late', 'ours', 'late', 'ours']);
  const mine = [];
  const others = [];
  for (const node of all.nodes) {
    mine.push(await stage.subscribe(node, '/channel/c/client/me'));
    others.push(await stage.subscribe(node, '/channel/d'));
  }
  for (const node of all.originals) {
    for (const [list, channel, client] of [
      [mine, 'c', 'me'],
      [others, 'd'],
    ]) {
      const reader = await node.subscribe(channel, client);
      stage.defer(() => reader.close());
      list.push(reader);
    }
  }
  for (const [i, node] of all.inOrder.entries()) {
    for (const path of ['/channel/c/client/me', '/channel']) {
      const body = JSON.stringify({ data: `${i} ${path}`, event: 'e' });
      assert.equal((await call(node, 'POST', path, { body, headers: json })).status, 200);
    }
  }
  for (const reader of mine) await reader.take(8);
  for (const reader of others) await reader.take(4);
  await publish(all.nodes[0], '/channel', { data: 'end' });
  for (const reader of mine) assert.equal((await reader.next()).data, '"end"');
  for (const reader of others) assert.equal((await reader.next()).data, '"end"');
  const expected = all.inOrder.map((_, i) => `"${i} /channel"`).sort();
  for (const reader of others) assert.deepEqual(reader.datas.slice(0, 4).sort(), expected);
});

scenario('original nodes leave, crash and come back, and the others go on', async (stage) => {
  const all = await cluster(stage, ['ours', 'late', 'ours', 'late']);
  const [, first, , second] = all.inOrder;
  await first.stop();
  await connected(all.nodes, 2);
  const without = { nodes: all.nodes, originals: [second] };
  await everyDirection(without, await readersOn(stage, without), { rounds: 1, mark: 'left ' });
  await second.kill();
  const alone = { nodes: all.nodes, originals: [] };
  await everyDirection(alone, await readersOn(stage, alone), { rounds: 1, mark: 'crashed ' });
  first.args[first.args.length - 1] = second.args.at(-1);
  await Promise.all([first.start(), second.start()]);
  await settled(all);
  await everyDirection(all, await readersOn(stage, all), { rounds: 1, mark: 'back ' });
}, { seconds: 90 });

scenario('the last of our nodes leaves at once when the original ones have its events', async (stage) => {
  const all = await cluster(stage, ['late', 'ours', 'early']);
  const readers = await readersOn(stage, all);
  await everyDirection(all, readers, { rounds: 1 });
  for (let n = 0; n < 50; n++) await publish(all.nodes[0], '/publish/c', { data: n });
  assert.equal((await all.nodes[0].stop()).code, 0);
  assert.doesNotMatch(all.nodes[0].log, /left-behind/);
  for (const reader of readers.slice(1)) await until('the last event', () => reader.datas.includes('49'));
});

scenario('our nodes leave and crash, and original ones and the rest of ours go on', async (stage) => {
  const all = await cluster(stage, ['late', 'ours', 'late', 'ours']);
  const [firstOriginal, a, secondOriginal, b] = all.inOrder;
  const originals = [firstOriginal, secondOriginal];
  await a.stop();
  assert.doesNotMatch(a.log, /left-behind/);
  for (const node of originals) await until('a left', async () => (await node.members()) === 3);
  const without = { nodes: [b], originals };
  await everyDirection(without, await readersOn(stage, without), { rounds: 1, mark: 'left ' });
  await a.start();
  await settled(all);
  await everyDirection(all, await readersOn(stage, all), { rounds: 1, mark: 'back ' });
  await b.kill();
  const rest = { nodes: [a], originals };
  await everyDirection(rest, await readersOn(stage, rest), { rounds: 1, mark: 'crashed ' });
  await b.start();
  await settled(all);
  await everyDirection(all, await readersOn(stage, all), { rounds: 1, mark: 'again ' });
}, { seconds: 120 });

scenario('on hosts of their own, original nodes and ours need no setting but GOSSIP_HOSTS', async (stage) => {
  const hosts = [];
  const join = (host, all) => (hosts.push(host), { discovery: undefined, gossip: { hosts: [all[0].address] } });
  const slots = hostsWithNodes(stage, 4, join);
  const nodes = [slots[1], slots[3]];
  const originals = [slots[0], slots[2]].map((slot) => {
    const prefix = ['ip', 'netns', 'exec', slot.on.name];
    const args = slot === slots[0] ? [] : ['-gossip.hosts', slots[0].address];
    const node = new GoNode(`o${slot.on.number}`, { address: slot.address, prefix, args });
    stage.defer(() => node.child && node.kill());
    return node;
  });
  for (const node of [originals[0], nodes[0], originals[1], nodes[1]]) await node.start();
  await settled({ nodes, originals });
  await everyDirection({ nodes, originals }, await readersOn(stage, { nodes, originals }));
}, { seconds: 60, skip: missing() });
