// Resume on one node: positions, history, gaps.
import assert from 'node:assert/strict';
import { call, position, publish, publishAll } from './support/http.mjs';
import { freePort } from './support/node.mjs';
import { scenario } from './support/stage.mjs';
import { until } from './support/wait.mjs';

const numbers = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => String(from + i));
const range = (from, to) => numbers(from, to).map(Number);

function assertGap(block, expected) {
  assert.equal(block.event, 'gap');
  assert.ok(block.id, 'a gap has an id');
  const gap = JSON.parse(block.data);
  assert.deepEqual(Object.keys(gap).sort(), ['channel', 'last_event_id', 'oldest_id', 'reason']);
  for (const [key, value] of Object.entries(expected)) assert.equal(gap[key], value, key);
  assert.ok(gap.reason.length > 0);
  return gap;
}

scenario('a Last-Event-ID gives exactly what followed it', async (stage) => {
  const node = await stage.node();
  const ids = await publishAll(node, '/publish/c', range(1, 5));
  const reader = await stage.subscribe(node, '/subscribe/c', { lastEventId: ids[1] });
  await publish(node, '/publish/c', { data: 6 });
  assert.deepEqual(await reader.take(4), numbers(3, 6));
});

scenario('without one a stream starts at the head', async (stage) => {
  const node = await stage.node();
  await publish(node, '/publish/c', { data: 'old' });
  const reader = await stage.subscribe(node, '/subscribe/c');
  await publish(node, '/publish/c', { data: 'new' });
  assert.equal((await reader.next()).data, '"new"');
});

scenario('the position of the first block resumes too', async (stage) => {
  const node = await stage.node();
  const first = await stage.subscribe(node, '/subscribe/c');
  first.close();
  await publishAll(node, '/publish/c', range(1, 3));
  const again = await stage.subscribe(node, '/subscribe/c', { lastEventId: first.blocks[0].id });
  assert.deepEqual(await again.take(3), numbers(1, 3));
});

scenario('earliest, last=N and their order of precedence', async (stage) => {
  const node = await stage.node();
  const ids = await publishAll(node, '/publish/c', range(1, 5));
  const from = async (query, lastEventId) => {
    const reader = await stage.subscribe(node, `/subscribe/c${query}`, { lastEventId });
    return (await reader.next()).data;
  };
  assert.equal(await from('?last_event_id=earliest'), '1');
  assert.equal(await from('?last=2'), '4');
  assert.equal(await from('?last=100'), '1');
  assert.equal(await from(`?last_event_id=${ids[2]}`), '4');
  assert.equal(await from(`?last=4&last_event_id=${ids[2]}`), '4');
  assert.equal(await from(`?last=4&last_event_id=${ids[2]}`, ids[3]), '5');
  assert.equal((await call(node, 'GET', '/subscribe/c?last=x')).status, 400);
});

scenario("a publisher's own id resumes after its oldest occurrence", async (stage) => {
  const node = await stage.node();
  for (const [id, data] of [
    ['x', 1],
    ['y', 2],
    ['x', 3],
  ])
    await publish(node, '/publish/c', { id, data });
  const reader = await stage.subscribe(node, '/subscribe/c', { lastEventId: 'x' });
  assert.deepEqual(await reader.take(2), ['2', '3']);
});

scenario('an unknown id is told as a gap, then comes what there is', async (stage) => {
  const node = await stage.node();
  const ids = await publishAll(node, '/publish/c', range(1, 2));
  for (const unknown of ['nonsense', '1-zzzzzzzz', '7-00000000', 'x'.repeat(300)]) {
    const reader = await stage.subscribe(node, '/subscribe/c', { lastEventId: unknown });
    assertGap(await reader.next(), { channel: 'c', oldest_id: ids[0] });
    assert.deepEqual(await reader.take(2), ['1', '2']);
  }
});

scenario('a gap is told once: its own id resumes without another', async (stage) => {
  const node = await stage.node();
  const reader = await stage.subscribe(node, '/subscribe/c', { lastEventId: 'nonsense' });
  const gap = await reader.next();
  assertGap(gap, { channel: 'c', last_event_id: 'nonsense', oldest_id: null });
  await publish(node, '/publish/c', { data: 1 });
  const again = await stage.subscribe(node, '/subscribe/c', { lastEventId: gap.id });
  assert.equal((await again.next()).data, '1');
});

scenario('what the history no longer holds is a gap with the oldest id', async (stage) => {
  const node = await stage.node({ history: { max_events: 3 }, stream: { backlog_events: 3 } });
  const ids = await publishAll(node, '/publish/c', range(1, 10));
  const reader = await stage.subscribe(node, '/subscribe/c', { lastEventId: ids[0] });
  assertGap(await reader.next(), { channel: 'c', last_event_id: ids[0], oldest_id: ids[7] });
  assert.deepEqual(await reader.take(3), numbers(8, 10));
  const exact = await stage.subscribe(node, '/subscribe/c', { lastEventId: ids[6] });
  assert.deepEqual(await exact.take(3), numbers(8, 10));
});

scenario('a quiet channel has no gap however much others publish', async (stage) => {
  const node = await stage.node({ history: { max_events: 3 }, stream: { backlog_events: 3 } });
  const [id] = await publishAll(node, '/publish/quiet', [1]);
  await publishAll(node, '/publish/loud', range(1, 20));
  const reader = await stage.subscribe(node, '/subscribe/quiet', { lastEventId: id });
  await publish(node, '/publish/quiet', { data: 2 });
  assert.equal((await reader.next()).data, '2');
});

scenario('history ages out, and a resume from before it is a gap', async (stage) => {
  const node = await stage.node({ history: { max_age: '1s' } });
  const ids = await publishAll(node, '/publish/c', range(1, 2));
  await until(
    'the history expires',
    async () => {
      const answer = await call(node, 'GET', '/channels/c');
      return answer.status === 404 || answer.json().events === 0;
    },
    15000,
  );
  const behind = await stage.subscribe(node, '/subscribe/c', { lastEventId: ids[0] });
  assertGap(await behind.next(), { channel: 'c', oldest_id: null });
  const current = await stage.subscribe(node, '/subscribe/c', { lastEventId: ids[1] });
  await publish(node, '/publish/c', { data: 3 });
  assert.equal((await current.next()).data, '3');
});

scenario('several channels resume by one id, with a gap only for those that lost something', async (stage) => {
  const node = await stage.node({ history: { max_events: 3 }, stream: { backlog_events: 3 } });
  const [id] = await publishAll(node, '/publish/a', ['start']);
  await publishAll(node, '/publish/b', range(1, 5));
  await publishAll(node, '/publish/a', range(6, 7));
  const reader = await stage.subscribe(node, '/subscribe?channel=a&channel=b', { lastEventId: id });
  assertGap(await reader.next(), { channel: 'b' });
  assert.deepEqual(await reader.take(5), ['3', '4', '5', '6', '7']);
});

scenario('a targeted event is replayed to its client only', async (stage) => {
  const node = await stage.node();
  const start = (await stage.subscribe(node, '/subscribe/c')).blocks[0].id;
  await publish(node, '/channel/c/client/me', { data: 'mine' });
  await publish(node, '/channel/c', { data: 'ours' });
  const me = await stage.subscribe(node, '/channel/c/client/me', { lastEventId: start });
  assert.deepEqual(await me.take(2), ['"mine"', '"ours"']);
  const other = await stage.subscribe(node, '/channel/c/client/other', { lastEventId: start });
  assert.equal((await other.next()).data, '"ours"');
});

scenario('a targeted event to a generated client id is delivered and not kept', async (stage) => {
  const node = await stage.node();
  const me = await stage.subscribe(node, '/subscribe/c');
  const start = me.blocks[0].id;
  const [client] = (await node.status()).channels.c;
  await publish(node, `/channel/c/client/${client}`, { data: 'mine' });
  await publish(node, '/channel/c', { data: 'ours' });
  assert.deepEqual(await me.take(2), ['"mine"', '"ours"']);
  const row = (await call(node, 'GET', '/channels/c')).json();
  assert.deepEqual([row.events, row.oldest_id], [1, me.events[1].id]);
  for (const query of [`last_event_id=${start}`, 'last_event_id=earliest', 'last=5']) {
    const other = await stage.subscribe(node, `/channel/c/client/${client}?${query}`);
    assert.equal((await other.next()).data, '"ours"');
    other.close();
    await until('the id is free', async () => (await node.status()).channels.c.length === 1);
  }
});

scenario('a broadcast is replayed once to a stream of several channels', async (stage) => {
  const node = await stage.node();
  const [id] = await publishAll(node, '/publish/a', [0]);
  await publish(node, '/channel', { data: 'all' });
  await publish(node, '/publish/b', { data: 1 });
  const reader = await stage.subscribe(node, '/subscribe?channel=a&channel=b', { lastEventId: id });
  assert.deepEqual(await reader.take(2), ['"all"', '1']);
});

scenario('a position of an earlier process is a gap', async (stage) => {
  const node = await stage.node({ http: { port: await freePort() } });
  const [id] = await publishAll(node, '/publish/c', [1]);
  await node.restart();
  const reader = await stage.subscribe(node, '/subscribe/c', { lastEventId: id });
  const gap = await reader.next();
  assertGap(gap, { channel: 'c', last_event_id: id, oldest_id: null });
  assert.match(gap.id, position);
});

scenario('deleting a channel ends its streams and is a gap for those who resume', async (stage) => {
  const node = await stage.node();
  const reader = await stage.subscribe(node, '/subscribe/c');
  const [id] = await publishAll(node, '/publish/c', [1, 2]);
  const answer = await call(node, 'DELETE', '/channel/c');
  assert.ok(answer.status >= 200 && answer.status < 300, `${answer.status} ${answer.body}`);
  await reader.end();
  const again = await stage.subscribe(node, '/subscribe/c', { lastEventId: id });
  assertGap(await again.next(), { channel: 'c', oldest_id: null });
});
