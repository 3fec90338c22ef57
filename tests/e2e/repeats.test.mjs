// publish.wait = peers and publishes that were first another node's.
import assert from 'node:assert/strict';
import { call, json, ndjson, publish, publishAll } from './support/http.mjs';
import { freePort } from './support/node.mjs';
import { linked, scenario } from './support/stage.mjs';
import { pause, within } from './support/wait.mjs';

const wait = { publish: { wait: 'peers' } };
const key = (name) => ({ 'idempotency-key': name });

function repeat(node, name, data) {
  const request = { body: JSON.stringify({ data }), headers: { ...json, ...key(name) }, timeout: 20000 };
  return call(node, 'POST', '/publish/k', request);
}

function repeatBatch(node, name, data) {
  const body = `${JSON.stringify({ channel: 'k', data })}\n`;
  return call(node, 'POST', '/publish', { body, headers: { ...ndjson, ...key(name) }, timeout: 20000 });
}

/** Three nodes that know each other by `discovery/hosts`. */
async function three(stage, config) {
  const ports = [await freePort(), await freePort(), await freePort()];
  const peers = ports.map((port) => `127.0.0.1:${port}`);
  const nodes = ports.map((port, i) =>
    stage.prepare({ ...config, hosts: { peers }, node: { name: 'abc'[i] }, http: { port } }),
  );
  await Promise.all(nodes.map((node) => node.start()));
  await linked(nodes);
  return nodes;
}

/** What comes of `promise` within `ms`; nothing where it is still open. */
const soon = (promise, ms) => Promise.race([promise, pause(ms)]);

scenario('a repeat on a node that counts less far is answered and holds up nobody', async (stage) => {
  const [a, b] = await stage.pair({ ...wait, http: { threads: 1 }, history: { max_events: 10 } });
  await publishAll(b, '/publish/c', Array.from({ length: 100 }, (_, i) => i));
  const id = await publish(b, '/publish/k', { data: 'once' }, key('K'));
  await a.restart();
  await linked([a, b]);
  const again = repeat(a, 'K', 'once');
  const other = publish(a, '/publish/c', { data: 'other' });
  await within('another publisher is answered', other, 3000);
  const answer = await within('the repeat is answered', again, 3000);
  assert.deepEqual([answer.status, answer.json().id], [200, id]);
});

scenario('a repeat of what a dead node published holds up nobody', async (stage) => {
  const [a, b] = await stage.pair({ ...wait, http: { threads: 1 } });
  await publishAll(b, '/publish/c', Array.from({ length: 50 }, (_, i) => i));
  const id = await publish(b, '/publish/k', { data: 'once' }, key('K'));
  await a.restart();
  await linked([a, b]);
  await b.kill();
  const answer = await within('the repeat is answered', repeat(a, 'K', 'once'), 5000);
  assert.deepEqual([answer.status, answer.json().id], [200, id]);
});

scenario(
  'a repeat on another node waits for the peer that does not have the event',
  async (stage) => {
    const [a, b, c] = await three(stage, wait);
    await publishAll(a, '/publish/c', Array.from({ length: 50 }, (_, i) => i));
    const onA = await stage.subscribe(a, '/subscribe/k');
    stage.defer(() => c.program.signal('SIGCONT'));
    await c.program.freeze();
    const first = [repeat(b, 'K', 'v'), repeatBatch(b, 'B', 'w')];
    await onA.take(2);
    const again = [repeat(a, 'K', 'v'), repeatBatch(a, 'B', 'w')];
    const early = await soon(Promise.race([...first, ...again]), 3000);
    assert.equal(early, undefined, 'answered before the peer has the events');
    c.program.signal('SIGCONT');
    const [before, after] = [await Promise.all(first), await Promise.all(again)];
    for (const i of [0, 1]) {
      assert.deepEqual([before[i].status, after[i].status], [200, 200], after[i].body);
      assert.deepEqual(after[i].json(), before[i].json());
    }
    const onC = await stage.subscribe(c, '/subscribe/k?last_event_id=earliest');
    assert.deepEqual((await onC.take(2)).sort(), ['"v"', '"w"']);
  },
  { seconds: 60 },
);
