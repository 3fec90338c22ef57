// Publish -> stream, byte by byte.
import assert from 'node:assert/strict';
import { call, identity, json, position, publish, text } from './support/http.mjs';
import { scenario } from './support/stage.mjs';
import { until } from './support/wait.mjs';

scenario('a stream starts with headers and a block that sets retry and position but is no event', async (stage) => {
  const node = await stage.node();
  const reader = await stage.subscribe(node, '/subscribe/news');
  assert.equal(reader.status, 200);
  assert.match(reader.headers['content-type'], /^text\/event-stream/);
  assert.equal(reader.headers['cache-control'], 'no-store');
  assert.equal(reader.headers['x-accel-buffering'], 'no');
  const block = reader.blocks[0];
  assert.ok(block.raw.startsWith(':'), block.raw);
  assert.match(block.id, position);
  const retry = Number(block.retry);
  assert.ok(retry >= 1000 && retry <= 3000, `retry around 2 s, got ${block.retry}`);
  assert.equal(block.data, undefined);
  assert.equal(block.event, undefined);
});

scenario('the head of a stream comes before any event is there', async (stage) => {
  const node = await stage.node();
  const wire = await stage.wire(node);
  wire.send('GET /subscribe/quiet HTTP/1.1\r\nHost: h\r\nAccept: text/event-stream\r\n\r\n');
  await wire.expect(/^HTTP\/1\.1 200 [^]*\r\n\r\n[^]*\nid: [^\n]+\n/);
  assert.match(wire.text, /^transfer-encoding: chunked\r$/im);
});

scenario('fields come in the order id, event, data, retry with one space', async (stage) => {
  const node = await stage.node();
  const reader = await stage.subscribe(node, '/subscribe/news');
  const id = await publish(node, '/publish/news', { retry: 1500, data: 'x', event: 'tick' });
  assert.match(id, identity);
  assert.equal((await reader.next()).raw, `id: ${id}\nevent: tick\ndata: "x"\nretry: 1500`);
});

scenario('JSON data arrives byte for byte', async (stage) => {
  const node = await stage.node();
  const reader = await stage.subscribe(node, '/subscribe/c');
  const values = [
    '"hello"',
    '{"b": 1.0e5 , "a":[1,2 ,3]}',
    '123456789012345678901234567890.5e-400',
    'null',
    'true',
    '"\\u00e9 \\ud83d\\ude00 é 😀 \\/"',
    '[]',
    '""',
    '{"a":1,"a":2}',
  ];
  for (const value of values) {
    await publish(node, '/publish/c', `{"data": \t${value} }`);
    assert.equal((await reader.next()).data, value);
  }
});

scenario('line breaks in data become several data lines', async (stage) => {
  const node = await stage.node();
  const reader = await stage.subscribe(node, '/subscribe/c');
  await publish(node, '/publish/c', '{"data":{\n "a":\r\n 1,\r "b": 2\n}}');
  assert.equal(
    (await reader.next()).raw.replace(/^id: .*\n/, ''),
    'data: {\ndata:  "a":\ndata:  1,\ndata:  "b": 2\ndata: }',
  );
});

scenario('a text body is the data', async (stage) => {
  const node = await stage.node();
  const reader = await stage.subscribe(node, '/subscribe/c');
  const headers = { 'content-type': 'text/plain; charset=utf-8' };
  assert.equal((await call(node, 'POST', '/publish/c', { body: 'a: b\r\n c\rd {"', headers })).status, 200);
  assert.equal((await reader.next()).data, 'a: b\n c\nd {"');
});

scenario('an event with retry alone reaches the stream', async (stage) => {
  const node = await stage.node();
  const reader = await stage.subscribe(node, '/subscribe/c');
  await publish(node, '/publish/c', { retry: 4321 });
  await until('the retry line', () => reader.blocks.some((block) => block.retry === '4321'));
  assert.equal(reader.blocks.find((block) => block.retry === '4321').data, undefined);
});

scenario('both ways to name a channel are one channel', async (stage) => {
  const node = await stage.node();
  const one = await stage.subscribe(node, '/subscribe/c');
  const two = await stage.subscribe(node, '/channel/c');
  await publish(node, '/publish/c', { data: 1 });
  await publish(node, '/channel/c', { data: 2 });
  assert.deepEqual(await one.take(2), ['1', '2']);
  assert.deepEqual(await two.take(2), ['1', '2']);
});

scenario('channel names are percent-decoded', async (stage) => {
  const node = await stage.node();
  const reader = await stage.subscribe(node, '/subscribe/a%2Fb%20%C3%A9');
  await publish(node, '/publish/a%2fb%20%c3%a9?x=1', { data: 1 });
  await reader.next();
  assert.ok('a/b é' in (await node.status()).channels);
});

scenario('a publish to one channel does not reach another', async (stage) => {
  const node = await stage.node();
  const reader = await stage.subscribe(node, '/subscribe/a');
  await publish(node, '/publish/b', { data: 'b' });
  await publish(node, '/publish/a', { data: 'a' });
  assert.equal((await reader.next()).data, '"a"');
});

scenario("a publisher's own id is on the stream, the answer tells the event's identity", async (stage) => {
  const node = await stage.node();
  const reader = await stage.subscribe(node, '/subscribe/c');
  const id = await publish(node, '/publish/c', { id: 'order-17', data: 1 });
  assert.match(id, identity);
  assert.equal((await reader.next()).id, 'order-17');
});

scenario('several channels share one stream in the order of publishing', async (stage) => {
  const node = await stage.node();
  const reader = await stage.subscribe(node, '/subscribe?channel=a&channel=b');
  for (let i = 0; i < 10; i++) await publish(node, `/publish/${i % 2 ? 'a' : 'b'}`, { data: i });
  assert.deepEqual(await reader.take(10), [...Array(10).keys()].map(String));
});

scenario('a targeted event reaches its client alone', async (stage) => {
  const node = await stage.node();
  const me = await stage.subscribe(node, '/channel/c/client/me');
  const other = await stage.subscribe(node, '/channel/c/client/other');
  await publish(node, '/channel/c/client/me', { data: 'secret' });
  await publish(node, '/channel/c/client/nobody', { data: 'unknown clients are fine' });
  await publish(node, '/channel/c', { data: 'all' });
  assert.deepEqual(await me.take(2), ['"secret"', '"all"']);
  assert.equal((await other.next()).data, '"all"');
});

scenario('a broadcast is seen once by every stream', async (stage) => {
  const node = await stage.node();
  const readers = [
    await stage.subscribe(node, '/subscribe/a'),
    await stage.subscribe(node, '/subscribe?channel=a&channel=b'),
    await stage.subscribe(node, '/channel/z/client/me'),
  ];
  await publish(node, '/channel', { data: 'to all' });
  for (const channel of ['a', 'z']) await publish(node, `/publish/${channel}`, { data: 'after' });
  for (const reader of readers) assert.deepEqual(await reader.take(2), ['"to all"', '"after"']);
});

scenario('heartbeats carry the position and are no events', async (stage) => {
  const node = await stage.node({ stream: { heartbeat: '1s' } });
  const reader = await stage.subscribe(node, '/subscribe/quiet');
  await until('a heartbeat', () => reader.blocks.length >= 2);
  assert.ok(reader.blocks[1].raw.startsWith(':'), reader.blocks[1].raw);
  assert.match(reader.blocks[1].id, position);
  assert.deepEqual(reader.events, []);
});

scenario('a stream ends after its greatest age and can be resumed', async (stage) => {
  const node = await stage.node({ stream: { max_age: '1s' } });
  const reader = await stage.subscribe(node, '/subscribe/c');
  await reader.end();
  const id = reader.blocks.at(-1).id ?? reader.blocks[0].id;
  await publish(node, '/publish/c', { data: 1 });
  const again = await stage.subscribe(node, '/subscribe/c', { lastEventId: id });
  assert.equal((await again.next()).data, '1');
});

scenario('a client id in use is refused, and taken over by whoever resumes', async (stage) => {
  const node = await stage.node();
  const first = await stage.subscribe(node, '/channel/c/client/me');
  assert.equal(
    (await call(node, 'GET', '/channel/c/client/me', { headers: { accept: 'text/event-stream' } })).status,
    409,
  );
  const second = await stage.subscribe(node, '/channel/c/client/me', { lastEventId: first.blocks[0].id });
  assert.equal(second.status, 200);
  await first.end();
  await publish(node, '/channel/c/client/me', { data: 1 });
  assert.equal((await second.next()).data, '1');
});

scenario('a generated client id is never shared', async (stage) => {
  const node = await stage.node();
  for (let i = 0; i < 3; i++) await stage.subscribe(node, '/subscribe/c');
  const ids = (await node.status()).channels.c;
  assert.equal(new Set(ids).size, 3);
});

scenario('publishes with one key are one event', async (stage) => {
  const node = await stage.node();
  const reader = await stage.subscribe(node, '/subscribe/c');
  const key = { ...json, 'idempotency-key': 'k1' };
  const first = await publish(node, '/publish/c', { data: 1 }, key);
  assert.equal(await publish(node, '/publish/c', { data: 1 }, key), first);
  assert.equal((await call(node, 'POST', '/publish/c', { body: '{"data":2}', headers: key })).status, 422);
  assert.notEqual(await publish(node, '/publish/other', { data: 1 }, key), first);
  await publish(node, '/publish/c', { data: 'after' });
  assert.deepEqual(await reader.take(2), ['1', '"after"']);
});

scenario('an empty text body is an event with empty data', async (stage) => {
  const node = await stage.node();
  const reader = await stage.subscribe(node, '/subscribe/c');
  await call(node, 'POST', '/publish/c', { body: '', headers: text });
  assert.equal((await reader.next()).data, '');
});
