// Nodes of davidsbond/sse-cluster in one cluster with ours; tests/e2e/support/original_node.mjs stands in for them.
import assert from 'node:assert/strict';
import http from 'node:http';
import { call, identity, json, publish } from './support/http.mjs';
import { connected, everyDirection, publishAt, readersOn } from './support/mixed.mjs';
import { freePort } from './support/node.mjs';
import { OriginalNode } from './support/original_node.mjs';
import { scenario } from './support/stage.mjs';
import { until } from './support/wait.mjs';

/** `ours` nodes of ours and original ones of `versions`, all of which know each other. */
async function cluster(stage, versions, { ours = 2, config = {} } = {}) {
  const originals = [];
  for (const version of versions) {
    const original = await OriginalNode.start({ version });
    stage.defer(() => original.close());
    originals.push(original);
  }
  const ports = [];
  for (let i = 0; i < ours; i++) ports.push(await freePort());
  const peers = [...ports.map((port) => `127.0.0.1:${port}`), ...originals.map((original) => original.endpoint)];
  const nodes = ports.map((port, i) =>
    stage.prepare({ ...config, hosts: { peers }, node: { name: 'ab'[i] }, http: { port } }),
  );
  await Promise.all(nodes.map((node) => node.start()));
  for (const original of originals) original.know(...nodes, ...originals);
  return { nodes, originals };
}

for (const versions of [['early'], ['late'], ['early', 'early'], ['late', 'late'], ['early', 'late']]) {
  scenario(`two of ours and ${versions.join(' and ')}: every event reaches every subscriber once`, async (stage) => {
    const all = await cluster(stage, versions);
    await connected(all.nodes, 1 + versions.length);
    await everyDirection(all, await readersOn(stage, all));
  }, { seconds: 60 });
}

scenario('an event of ours comes to an original node with its identity, and one from there gets one', async (stage) => {
  const all = await cluster(stage, ['late']);
  await connected(all.nodes, 2);
  const [onA, onB, onOriginal] = await readersOn(stage, all);
  const id = await publish(all.nodes[0], '/publish/c', { data: { x: [1, 'ä'] }, retry: 900 });
  assert.equal((await onA.next()).id, id);
  const there = await onOriginal.next();
  assert.deepEqual([there.id, there.event, there.data, there.retry], [id, 'message', '{"x":[1,"ä"]}', '900']);
  await onB.next();
  await publishAt(all.originals[0], 'c', { data: 1, event: 'message', id: 'own' });
  for (const reader of [onA, onB]) {
    const { id: own, event, data } = await reader.next();
    assert.deepEqual([own, event, data], ['own', undefined, '1']);
  }
  await publishAt(all.originals[0], 'c', { data: 2, event: 'tick', id: id });
  for (const reader of [onA, onB]) {
    const block = await reader.next();
    assert.match(block.id.split('~')[0], identity);
    assert.notEqual(block.id.split('~')[0], id);
    assert.equal(block.event, 'tick');
  }
});

scenario('targeted and broadcast events keep what they are in both directions', async (stage) => {
  const all = await cluster(stage, ['late']);
  await connected(all.nodes, 2);
  const [original] = all.originals;
  const me = [await stage.subscribe(all.nodes[1], '/channel/c/client/me'), await original.subscribe('c', 'me')];
  const other = [await stage.subscribe(all.nodes[1], '/subscribe/c'), await original.subscribe('c')];
  for (const reader of [me[1], other[1]]) stage.defer(() => reader.close());
  let number = 0;
  for (const node of [all.nodes[0], original]) {
    for (const path of ['/channel/c/client/me', '/channel']) {
      await call(node, 'POST', path, { body: `{"data":${++number},"event":"e"}`, headers: json });
    }
  }
  for (const reader of me) assert.deepEqual((await reader.take(4)).sort(), ['1', '2', '3', '4']);
  for (const reader of other) assert.deepEqual((await reader.take(2)).sort(), ['2', '4']);
});

scenario('text reaches an original node as a JSON string', async (stage) => {
  const all = await cluster(stage, ['early'], { ours: 1 });
  await connected(all.nodes, 1);
  const [, there] = await readersOn(stage, all);
  await call(all.nodes[0], 'POST', '/publish/c', { body: 'one\ntwo', headers: { 'content-type': 'text/plain' } });
  assert.equal((await there.next()).data, '"one\\ntwo"');
});

scenario('an original node that was away gets what it lacks', async (stage) => {
  const all = await cluster(stage, ['late']);
  await connected(all.nodes, 2);
  const [original] = all.originals;
  await publish(all.nodes[0], '/publish/c', { data: 1 });
  await until('the first event', () => original.taken.length === 1);
  await original.close();
  const [onB] = [await stage.subscribe(all.nodes[1], '/subscribe/c')];
  for (const data of [2, 3]) await publish(all.nodes[0], '/publish/c', { data });
  assert.deepEqual(await onB.take(2), ['2', '3']);
  await connected(all.nodes, 1);
  await original.listen();
  await until('the rest', () => original.taken.length === 3, 15000);
  assert.deepEqual(
    original.taken.map(({ event }) => event.data),
    [1, 2, 3],
  );
});

scenario('a slow original node holds up nobody', async (stage) => {
  const all = await cluster(stage, ['late', 'late']);
  const [slow, quick] = all.originals;
  let free;
  const freed = new Promise((resolve) => (free = resolve));
  slow.answer = () => freed;
  await connected(all.nodes, 3);
  const [onA, onB] = await readersOn(stage, { nodes: all.nodes, originals: [] });
  for (let data = 1; data <= 20; data++) await publish(all.nodes[0], '/publish/c', { data });
  for (const reader of [onA, onB]) assert.equal((await reader.take(20)).at(-1), '20');
  await until('the other original node has all', () => quick.taken.length === 20);
  assert.equal(slow.taken.length, 0);
  await until('the lag is told', async () => {
    const { cluster: told } = await all.nodes[0].status();
    return told.nodes.some((node) => node.http_port === slow.port && node.lag_events === 20);
  });
  assert.ok((await all.nodes[0].metric('sse_relay_original_lag_events')) >= 20);
  free();
  await until('it catches up', () => slow.taken.length === 20);
  assert.equal((await all.nodes[0].metric('sse_relay_original_posts_total')) >= 40, true);
});

scenario('an original node that is upgraded in place becomes one of ours', async (stage) => {
  const { nodes, originals } = await cluster(stage, ['late'], { ours: 1 });
  await connected(nodes, 1);
  const [a] = nodes;
  await originals[0].close();
  const b = stage.prepare({ hosts: a.config.hosts, node: { name: 'b' }, http: { port: originals[0].port } });
  await b.start();
  await until('a relay between them', async () => (await b.metric('sse_relay_links')) === 2, 15000);
  const readers = await readersOn(stage, { nodes: [a, b], originals: [] });
  await publish(a, '/publish/c', { data: 1 });
  for (const reader of readers) assert.equal((await reader.next()).data, '1');
});

scenario('with a cluster secret original nodes take part only if they are listed', async (stage) => {
  const secret = { cluster: { secret: 'between-us' } };
  const shut = await cluster(stage, ['late'], { config: secret });
  await connected(shut.nodes, 1);
  const readers = await readersOn(stage, shut);
  await publish(shut.nodes[0], '/publish/c', { data: 'ours' });
  for (const reader of readers.slice(0, 2)) assert.equal((await reader.next()).data, '"ours"');
  await until('the refusal is told', () => /relay\.original_nodes/.test(shut.nodes[0].log));
  assert.equal(shut.originals[0].taken.length, 0);
  const open = await cluster(stage, ['late'], { config: { ...secret, relay: { original_nodes: ['127.0.0.1'] } } });
  await connected(open.nodes, 2);
  await everyDirection(open, await readersOn(stage, open));
});

/** A publish from another address of this host. */
function publishFrom(address, node, path, event) {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify(event);
    const headers = { ...json, 'content-length': Buffer.byteLength(body) };
    const request = http.request(
      { host: '127.0.0.1', port: node.port, method: 'POST', path, agent: false, localAddress: address, headers },
      (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode));
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

scenario("a stranger's been_to changes nothing", async (stage) => {
  const all = await cluster(stage, ['late']);
  await connected(all.nodes, 2);
  const readers = await readersOn(stage, all);
  const names = ['a', 'b', all.originals[0].name, 'id:1-00000000'];
  assert.equal(await publishFrom('127.0.0.9', all.nodes[0], '/publish/c', { data: 1, been_to: names }), 200);
  assert.equal(await publishFrom('127.0.0.9', all.nodes[0], '/publish/c', { data: 2, been_to: 'nonsense' }), 200);
  assert.equal(await publishFrom('127.0.0.9', all.nodes[0], '/publish/c', { data: 3, id: '', been_to: names }), 400);
  for (const reader of readers) assert.deepEqual(await reader.take(2), ['1', '2']);
  assert.equal(await all.nodes[0].metric('sse_api_been_to_ignored_total'), 2);
});

scenario('what was here, or comes from ours by another way, is not delivered again', async (stage) => {
  const all = await cluster(stage, ['late']);
  await connected(all.nodes, 2);
  const [a] = all.nodes;
  const readers = await readersOn(stage, all);
  const from = (been_to) => publishFrom('127.0.0.1', a, '/channel/c', { data: 'again', event: 'e', been_to });
  assert.equal(await from(['a', 'o9']), 200);
  assert.equal(await from(['o9', 'id:1-00000000']), 200);
  assert.equal(await from(['x'.repeat(20000)]), 400);
  assert.equal(await from([1]), 400);
  await publish(a, '/publish/c', { data: 'end' });
  for (const reader of readers) assert.equal((await reader.next()).data, '"end"');
  assert.equal(await a.metric('sse_api_returned_total'), 2);
});

scenario('an original node that passes an event on to a node that the sender does not know', async (stage) => {
  const original = await OriginalNode.start();
  stage.defer(() => original.close());
  const ports = [await freePort(), await freePort()];
  const [a, b] = ports.map((port, i) =>
    stage.prepare({
      node: { name: 'ab'[i] },
      http: { port },
      hosts: { peers: [original.endpoint, ...(i === 1 ? [`127.0.0.1:${ports[0]}`] : [])] },
    }),
  );
  await a.start();
  await connected([a], 1);
  await b.start();
  await connected([b], 2);
  original.know({ name: 'b', port: b.port });
  const reader = await stage.subscribe(b, '/subscribe/c');
  for (const data of [1, 2]) await publish(a, '/publish/c', { data });
  assert.deepEqual(await reader.take(2), ['1', '2']);
  await until('both events at the original node', () => original.taken.length === 2);
  await publish(b, '/publish/c', { data: 3 });
  assert.equal((await reader.next()).data, '3');
  assert.equal(reader.datas.length, 3);
});
