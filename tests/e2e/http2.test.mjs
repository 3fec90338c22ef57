// HTTP/2 without TLS: the same routes and streams, many on one connection.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { assertProblem, publish, publishAll, text } from './support/http.mjs';
import { connect, request, subscribe } from './support/http2.mjs';
import { scenario } from './support/stage.mjs';
import { patience, until, within } from './support/wait.mjs';

const run = promisify(execFile);
const numbers = (count) => Array.from({ length: count }, (_, i) => i);

scenario('curl asks by prior knowledge', async (stage) => {
  const node = await stage.node();
  const curl = async (...options) =>
    (await run('curl', ['-sS', '-m', `${10 * patience}`, '--http2-prior-knowledge', ...options])).stdout;
  const base = `http://127.0.0.1:${node.port}`;
  assert.match(await curl('-i', `${base}/livez`), /^HTTP\/2 200 [^]*\{"status":"ok"\}$/);
  assert.match(await curl('-d', 'hi', '-H', 'Content-Type: text/plain', `${base}/publish/c`), /^\{"id":"1-/);
  assert.match(await curl('-i', `${base}/nothing`), /^HTTP\/2 404 [^]*application\/problem\+json/);
  assert.match(await curl('-I', `${base}/livez`), /^HTTP\/2 200 \r\n/);
});

scenario('all kinds of routes answer', async (stage) => {
  const node = await stage.node();
  const session = await connect(stage, node);
  assert.equal((await request(session, 'POST', '/publish/c', { headers: text, body: 'x' })).status, 200);
  const page = await request(session, 'GET', '/channels');
  assert.equal(JSON.parse(page.body).channels[0].channel, 'c');
  assert.equal(JSON.parse((await request(session, 'GET', '/status')).body).node.name, 'n1');
  const image = { headers: { 'content-type': 'image/png' }, body: 'x' };
  assertProblem(await request(session, 'POST', '/publish/c', image), 415);
  assert.equal((await request(session, 'PUT', '/publish/c')).headers.allow, 'POST, OPTIONS');
  assert.equal((await request(session, 'DELETE', '/channel/c')).status, 204);
  assert.equal((await request(session, 'OPTIONS', '*')).status, 204);
});

scenario('a body may be as large as limits.body and no larger', async (stage) => {
  const node = await stage.node({ limits: { body: '300KiB' } });
  const session = await connect(stage, node);
  const reader = await subscribe(session, '/subscribe/c');
  const post = (size) => request(session, 'POST', '/publish/c', { headers: text, body: 'y'.repeat(size) });
  assert.equal((await post(300 << 10)).status, 200);
  await until('the event is whole', () => reader.data()[0]?.length === 300 << 10);
  assertProblem(await post((300 << 10) + 1), 413);
  assert.equal((await request(session, 'GET', '/livez')).status, 200);
});

scenario('a hundred streams on one connection get every event, in order', async (stage) => {
  const node = await stage.node();
  const session = await connect(stage, node);
  const path = (i) => `/subscribe/${i % 2 ? 'odd' : 'even'}`;
  const readers = await Promise.all(numbers(100).map((i) => subscribe(session, path(i))));
  for (let i = 0; i < 20; i++) await publishAll(node, `/publish/${i % 2 ? 'odd' : 'even'}`, [i]);
  for (const [i, reader] of readers.entries()) {
    await until(`reader ${i}`, () => reader.data().length === 10);
    assert.deepEqual(reader.data(), numbers(20).filter((n) => n % 2 === i % 2).map(String));
  }
  assert.equal(await node.metric('sse_server_http2_streams'), 100);
  assert.equal((await node.status()).totals.subscribers, 100);
});

scenario('a stream resumes, targeted events find it, several channels come on one', async (stage) => {
  const node = await stage.node();
  const session = await connect(stage, node);
  const ids = await publishAll(node, '/publish/c', [1, 2, 3]);
  const resumed = await subscribe(session, `/subscribe/c?last_event_id=${ids[0]}`);
  await until('the rest', () => resumed.data().length === 2);
  const own = await subscribe(session, '/channel/c/client/me');
  const many = await subscribe(session, '/subscribe?channel=c&channel=d');
  await publish(node, '/channel/c/client/me', { data: 'yours' });
  await publish(node, '/publish/d', { data: 'd' });
  await until('the targeted event', () => own.data().includes('"yours"'));
  await until('of the other channel', () => many.data().includes('"d"'));
  assert.deepEqual(resumed.data(), ['2', '3']);
});

scenario('a stream whose window is closed holds up no other, and is cut when it lags', async (stage) => {
  const stream = { backlog_events: 20, backlog_bytes: '256KiB' };
  const node = await stage.node({ stream, history: { max_events: 20 } });
  const session = await connect(stage, node);
  session.setLocalWindowSize(64 << 20);
  const stuck = await subscribe(session, '/subscribe/c');
  const healthy = await subscribe(session, '/subscribe/c');
  stuck.stream.pause();
  const big = 'z'.repeat(16 << 10);
  for (let i = 1; i <= 60; i++) {
    await publish(node, '/publish/c', { data: `${i}${big}` });
    await until(`event ${i}`, () => healthy.data().length === i);
  }
  await until('the stuck one is cut', async () => (await node.metric('sse_stream_closed_total{by="lag"}')) === 1);
  assert.equal(healthy.closed, false);
});

scenario('one that was slow goes on where it stood', async (stage) => {
  const node = await stage.node({ stream: { backlog_events: 1000, backlog_bytes: '16MiB' } });
  const session = await connect(stage, node);
  session.setLocalWindowSize(64 << 20);
  const reader = await subscribe(session, '/subscribe/c');
  reader.stream.pause();
  const big = 'z'.repeat(4 << 10);
  for (let i = 0; i < 60; i++) await publish(node, '/publish/c', { data: `${i}${big}` });
  reader.stream.resume();
  await until('all of them', () => reader.data().length === 60, 8000);
  assert.deepEqual(
    reader.data().map((data) => parseInt(data.slice(1), 10)),
    numbers(60),
  );
});

scenario('who closes a stream is counted, the connection stays', async (stage) => {
  const node = await stage.node();
  const session = await connect(stage, node);
  const gone = await subscribe(session, '/subscribe/c');
  const stays = await subscribe(session, '/subscribe/c');
  gone.stream.close(8);
  await until('one left', async () => (await node.metric('sse_stream_subscribers')) === 1);
  await publish(node, '/publish/c', { data: 1 });
  await until('the event', () => stays.data().length === 1);
  session.destroy();
  await until('none left', async () => (await node.metric('sse_stream_subscribers')) === 0);
  assert.equal(await node.metric('sse_server_http2_connections'), 0);
});

scenario('a drain says GOAWAY, ends each stream with a retry, and exits 0', async (stage) => {
  const node = await stage.node({ drain: { window: '500ms' } });
  const session = await connect(stage, node);
  const readers = await Promise.all(numbers(10).map(() => subscribe(session, '/subscribe/c')));
  node.program.signal('SIGTERM');
  assert.equal((await within('the end', node.program.exited, 10000)).code, 0);
  await until('every stream has ended', () => readers.every((reader) => reader.closed));
  assert.ok(session.goaways.length > 0 && session.goaways.every((code) => code === 0), `${session.goaways}`);
  for (const reader of readers) {
    assert.equal(reader.ended, true);
    assert.match(reader.blocks.at(-1).retry, /^\d+$/);
  }
});

scenario('a quiet connection costs at most 32 KiB, a quiet stream 1 KiB', async (stage) => {
  if (patience > 1) return; // sanitized memory is another
  const node = await stage.node({ http: { threads: 1 } });
  const memory = () => {
    const rollup = readFileSync(`/proc/${node.program.child.pid}/smaps_rollup`, 'utf8');
    return Number(/^Anonymous:\s+(\d+) kB/m.exec(rollup)[1]) * 1024;
  };
  const open = async (count) => {
    const session = await connect(stage, node);
    await Promise.all(numbers(count).map(() => subscribe(session, '/subscribe/c')));
  };
  for (let i = 0; i < 3; i++) await open(200);
  const before = memory();
  for (let i = 0; i < 40; i++) await open(1);
  const connections = memory();
  for (let i = 0; i < 40; i++) await open(200);
  const each = (connections - before) / 40;
  const stream = (memory() - connections - 40 * each) / (40 * 199);
  assert.ok(each <= 33 << 10, `${each} bytes a connection with one stream`);
  assert.ok(stream <= 1 << 10, `${stream} bytes a stream`);
  console.log(`# ${Math.round(each)} bytes a connection with one stream, ${Math.round(stream)} a further stream`);
});
