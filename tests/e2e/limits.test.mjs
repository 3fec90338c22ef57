// Each limit: what is refused, how, and that it works again afterwards.
import assert from 'node:assert/strict';
import net from 'node:net';
import { assertProblem, call, json, ndjson, publish, stream, text } from './support/http.mjs';
import { block, frame, Frames, getMethod, postMethod, types } from './support/http2.mjs';
import { scenario } from './support/stage.mjs';
import { tlsNode } from './support/tls_node.mjs';
import { bearer, newToken, TokenFile } from './support/tokens.mjs';
import { until } from './support/wait.mjs';

/** A subscribe that is refused for now: 200, retry, end; without the Accept a status with Retry-After. */
async function assertRefusedForNow(node, path) {
  const soft = await call(node, 'GET', path, { headers: stream });
  assert.equal(soft.status, 200, soft.body);
  assert.match(soft.headers['content-type'], /^text\/event-stream/);
  assert.match(soft.body, /^retry: \d+$/m);
  assert.doesNotMatch(soft.body, /^data:/m);
  const shouted = await call(node, 'GET', path, { headers: { accept: 'text/html, Text/Event-Stream;q=0.9' } });
  assert.equal(shouted.status, 200, shouted.body);
  assertBusy(await call(node, 'GET', path));
}

function assertBusy(answer) {
  assert.ok([429, 503].includes(answer.status), `${answer.status} ${answer.body}`);
  assertProblem(answer, answer.status);
  assert.match(answer.headers['retry-after'], /^\d+$/);
}

/** A counter with the label `limit`. */
async function limited(node, limit, name = 'sse_api_limited_total', label = 'limit') {
  const { body } = await call(node, 'GET', '/metrics');
  const row = body.split('\n').find((line) => line.startsWith(`${name}{${label}="${limit}"}`));
  return Number(row?.slice(row.lastIndexOf(' ') + 1));
}

scenario('clients per channel', async (stage) => {
  const node = await stage.node({ limits: { clients_per_channel: 2 } });
  const readers = [await stage.subscribe(node, '/subscribe/c'), await stage.subscribe(node, '/subscribe/c')];
  await assertRefusedForNow(node, '/subscribe/c');
  assert.equal(await limited(node, 'limits.clients_per_channel'), 3);
  await stage.subscribe(node, '/subscribe/other');
  readers[0].close();
  await stage.admitted(node, '/subscribe/c');
});

scenario('a channel that is full lets a client take up its own stream', async (stage) => {
  const node = await stage.node({ limits: { clients_per_channel: 1 } });
  const id = await publish(node, '/publish/c', { data: 1 });
  const old = await stage.subscribe(node, '/channel/c/client/one');
  const again = await stage.subscribe(node, '/channel/c/client/one', { lastEventId: id });
  await old.end();
  await publish(node, '/publish/c', { data: 2 });
  assert.equal((await again.next()).data, '2');
  await assertRefusedForNow(node, '/channel/c/client/other');
});

scenario('connections', async (stage) => {
  const node = await stage.node({ limits: { connections: 8 } });
  const readers = [];
  for (let i = 0; i < 6; i++) readers.push(await stage.subscribe(node, '/subscribe/c'));
  const over = [];
  await until('a refusal', async () => {
    const reader = await stage.subscribe(node, '/subscribe/c', { raw: true });
    over.push(reader);
    await until('an answer', () => reader.ended || reader.blocks.length > 0);
    return reader.blocks[0]?.id === undefined;
  });
  const refused = over.at(-1);
  assert.equal(refused.status, 200);
  assert.ok(
    refused.blocks.some((block) => /^\d+$/.test(block.retry)),
    JSON.stringify(refused.blocks),
  );
  await refused.end();
  assertBusy(await call(node, 'POST', '/publish/c', { body: '{"data":1}', headers: json }));
  for (const reader of [...readers.slice(1), ...over]) reader.close();
  await until(
    'publishing works again',
    async () => (await call(node, 'POST', '/publish/c', { body: 'x', headers: text })).status === 200,
  );
  assert.equal((await readers[0].next()).data, 'x');
  assert.ok((await limited(node, 'limits.connections', 'sse_server_overload_total')) >= 2);
  assert.equal(await limited(node, 'limits.connections_per_address', 'sse_server_overload_total'), 0);
});

scenario('connections per address', async (stage) => {
  const node = await stage.node({ limits: { connections_per_address: 3 } });
  const readers = [];
  for (let i = 0; i < 3; i++) readers.push(await stage.admitted(node, '/subscribe/c'));
  await assertRefusedForNow(node, '/subscribe/c');
  readers[0].close();
  await stage.admitted(node, '/subscribe/c');
  assert.ok((await limited(node, 'limits.connections_per_address', 'sse_server_overload_total')) >= 2);
  assert.equal(await limited(node, 'limits.connections', 'sse_server_overload_total'), 0);
});

scenario('channels of one stream', async (stage) => {
  const node = await stage.node({ stream: { max_channels: 2 } });
  await stage.subscribe(node, '/subscribe?channel=a&channel=b');
  const answer = await call(node, 'GET', '/subscribe?channel=a&channel=b&channel=c', { headers: stream });
  assert.match(assertProblem(answer, 400).detail, /at most 2 \(stream\.max_channels\), got 3/);
  assert.equal(await limited(node, 'stream.max_channels'), 1);
});

scenario('channels: the longest unused without subscribers makes room', async (stage) => {
  const node = await stage.node({ limits: { channels: 3 } });
  await stage.subscribe(node, '/subscribe/a');
  for (const channel of ['b', 'c', 'd']) await publish(node, `/publish/${channel}`, { data: 1 });
  const { channels } = (await call(node, 'GET', '/channels')).json();
  assert.deepEqual(channels.map((row) => row.channel).sort(), ['a', 'c', 'd']);
  await until('it is counted', async () => (await node.metric('sse_channel_forgotten_total')) === 1);
  assert.equal(await node.metric('sse_channel_channels'), 3);
});

scenario('channels that all have subscribers leave no room for another', async (stage) => {
  const node = await stage.node({ limits: { channels: 2 } });
  await stage.subscribe(node, '/subscribe/a');
  await stage.subscribe(node, '/subscribe/b');
  await assertRefusedForNow(node, '/subscribe/c');
  assertBusy(await call(node, 'POST', '/publish/c', { body: '{"data":1}', headers: json }));
  assert.equal(await limited(node, 'limits.channels'), 4);
});

scenario('the rate of one publisher', async (stage) => {
  const node = await stage.node({ limits: { publish_rate: 5 } });
  const answers = await Promise.all(
    Array.from({ length: 40 }, () => call(node, 'POST', '/publish/c', { body: '{"data":1}', headers: json })),
  );
  const refused = answers.filter((answer) => answer.status !== 200);
  assert.ok(refused.length > 0 && refused.length < 40, `refused ${refused.length} of 40`);
  for (const answer of refused) {
    assertProblem(answer, 429);
    assert.match(answer.headers['retry-after'], /^\d+$/);
  }
  assert.equal(await limited(node, 'limits.publish_rate'), refused.length);
  await until(
    'it may publish again',
    async () => (await call(node, 'POST', '/publish/c', { body: '{"data":1}', headers: json })).status === 200,
  );
});

scenario('the rate counts whom a trusted proxy names, and nobody else is believed', async (stage) => {
  const from = (node, forwarded) =>
    call(node, 'POST', '/publish/c', { body: 'x', headers: { ...text, 'x-forwarded-for': forwarded } });
  const statuses = async (node, addresses) =>
    (await Promise.all(addresses.map((address) => from(node, address)))).map((answer) => answer.status);
  const spread = Array.from({ length: 30 }, (_, i) => `6.6.6.6, 10.0.0.${i}, 10.9.9.9`);
  const limits = { publish_rate: 1 };
  const trusting = await stage.node({ limits, http: { trusted_proxies: ['127.0.0.0/8', '10.9.9.9'] } });
  assert.deepEqual(new Set(await statuses(trusting, spread)), new Set([200]));
  const one = spread.map((_, i) => `10.0.0.${i}, 10.1.1.1`);
  assert.ok((await statuses(trusting, one)).includes(429));
  const ports = spread.map((_, i) => `10.4.4.4:${40000 + i}`);
  assert.ok((await statuses(trusting, ports)).includes(429), 'the port that some proxies add is not who it is');
  const behind = spread.map((_, i) => [`10.3.0.${i}`, '10.2.2.2']);
  assert.ok((await statuses(trusting, behind)).includes(429), 'a header that a proxy adds behind one is the last');
  const network = (prefix) => spread.map((_, i) => `2001:db8:0:${prefix(i)}::${(i + 1).toString(16)}`);
  assert.ok((await statuses(trusting, network(() => 7))).includes(429), 'a /64 of IPv6 is one address');
  assert.deepEqual(new Set(await statuses(trusting, network((i) => 100 + i))), new Set([200]));
  const strict = await stage.node({ limits });
  assert.ok((await statuses(strict, spread)).includes(429));
});

scenario('an identity that is written as an address has a rate of its own', async (stage) => {
  const key = await newToken({ name: '@127.0.0.1', publish: '*' });
  const token = { file: new TokenFile(stage, key).path };
  const node = await stage.node({ limits: { publish_rate: 1 }, auth: ['token', 'open'], token });
  const headers = { ...text, ...bearer(key.token) };
  assert.equal((await call(node, 'POST', '/publish/c', { headers, body: 'x' })).status, 200);
  assert.equal((await call(node, 'POST', '/publish/c', { headers: text, body: 'x' })).status, 200);
});

scenario('a batch of more than the rate passes once, and what comes next waits for it', async (stage) => {
  const node = await stage.node({ limits: { publish_rate: 5 } });
  const lines = Array.from({ length: 20 }, (_, i) => `{"channel":"c","data":${i}}`).join('\n');
  const batch = () => call(node, 'POST', '/publish', { body: lines, headers: ndjson });
  assert.equal((await batch()).status, 200);
  const next = await batch();
  const { detail } = assertProblem(next, 429);
  assert.match(detail, /at most 5 events per second \(limits\.publish_rate\); 20 more pass in/);
  const wait = Number(next.headers['retry-after']);
  assert.ok(wait >= 2 && wait <= 4, `the 15 events owed take 3 s, told ${wait}`);
  const begin = Date.now();
  await until('the next batch passes', async () => (await batch()).status === 200, 15000);
  assert.ok(Date.now() - begin > 1500, 'it was slowed');
});

scenario('history by number and by bytes', async (stage) => {
  const node = await stage.node({
    history: { max_events: 100, max_bytes: '2KiB' },
    stream: { backlog_events: 2, backlog_bytes: '1KiB' },
  });
  for (let i = 0; i < 50; i++) await publish(node, '/publish/c', { data: 'x'.repeat(100) });
  const row = (await call(node, 'GET', '/channels/c')).json();
  assert.ok(row.bytes <= 2048 && row.events >= 5 && row.events < 20, JSON.stringify(row));
  const evicted = () => limited(node, 'channel', 'sse_channel_evicted_total', 'by');
  await until('it is counted', async () => (await evicted()) === 50 - row.events);
});

scenario('history of the node by its budget, and by age', async (stage) => {
  const node = await stage.node({ history: { budget: '1MiB', max_age: '2s' } });
  for (let i = 0; i < 40; i++) await publish(node, `/publish/c${i}`, { data: 'x'.repeat(100_000) });
  const evicted = (by) => limited(node, by, 'sse_channel_evicted_total', 'by');
  await until('it is counted', async () => (await evicted('budget')) >= 29);
  assert.ok((await node.status()).totals.bytes_kept <= 1 << 20);
  await until('all is too old', async () => (await node.metric('sse_channel_events')) === 0, 15000);
  assert.equal((await evicted('budget')) + (await evicted('age')), 40);
});

scenario(
  'a reader that stops reading is cut off, the others lose nothing',
  async (stage) => {
    const node = await stage.node({ stream: { backlog_events: 64 }, history: { max_events: 64 } });
    const reader = await stage.subscribe(node, '/subscribe/c');
    const stuck = await stage.wire(node);
    stuck.send('GET /channel/c/client/stuck HTTP/1.1\r\nHost: h\r\nAccept: text/event-stream\r\n\r\n');
    await stuck.expect(/\nid: /);
    stuck.socket.pause();
    const data = 'x'.repeat(16384);
    let sent = 0;
    await until(
      'the stuck reader is gone',
      async () => {
        for (let i = 0; i < 32; i++) await publish(node, '/publish/c', { data: `${sent++} ${data}` });
        await until('the reader has kept up', () => reader.events.length === sent);
        return (await call(node, 'GET', '/channels/c')).json().subscribers === 1;
      },
      20000,
    );
    assert.equal(await limited(node, 'lag', 'sse_stream_closed_total', 'by'), 1);
    reader.datas.forEach((text, i) => assert.ok(text.startsWith(`"${i} x`)));
  },
  { seconds: 60 },
);

scenario('one byte a second costs others nothing', async (stage) => {
  const node = await stage.node();
  const wires = [];
  for (let i = 0; i < 20; i++) wires.push((await stage.wire(node)).send('GET /liv'));
  await publish(node, '/publish/c', { data: 1 });
  for (const wire of wires) wire.send('ez HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
  for (const wire of wires) assert.match(await wire.drained(), /^HTTP\/1\.1 200 /);
});

const long = 'x'.repeat(100);
const head = (line, ...more) => [line, 'Host: h', ...more].join('\r\n') + '\r\n';
const post = (...more) => head('POST /publish/c HTTP/1.1', 'Content-Type: text/plain', ...more) + '\r\n';
const post2 = frame(types.headers, 4, 1, block('/publish/c', postMethod));
/** What a client does that reaches a limit: in HTTP/1.1, in HTTP/2. */
const tooMuch = {
  'limits.headers': [
    head('GET /livez HTTP/1.1', `X: ${long.repeat(20)}`) + '\r\n',
    frame(types.headers, 5, 1, block('/livez', getMethod, Array(20).fill(['x', long]))),
  ],
  'limits.body': [post('Content-Length: 2000'), Buffer.concat([post2, frame(types.data, 0, 1, Buffer.alloc(1025))])],
  'limits.header_time': [head('GET /livez HTTP/1.1'), frame(types.headers, 1, 1, block('/livez'))],
  'limits.body_time': [post('Content-Length: 5') + 'ab', post2],
  'limits.idle_time': [head('GET /livez HTTP/1.1') + '\r\n', frame(types.headers, 5, 1, block('/livez'))],
};

const byWire = async (stage, node, bytes) => (await stage.wire(node)).send(bytes).socket;
const byFrames = async (stage, node, bytes) => (await Frames.open(stage, node)).send(bytes).socket;

for (const [protocol, at, send] of [['HTTP/1.1', 0, byWire], ['HTTP/2', 1, byFrames]]) {
  scenario(`${protocol}: what is too large, too slow or idle is counted by its limit`, async (stage) => {
    const node = await stage.node({
      limits: { headers: '1KiB', body: '1KiB', header_time: '300ms', body_time: '300ms', idle_time: '300ms' },
    });
    for (const [limit, bytes] of Object.entries(tooMuch)) {
      const socket = await send(stage, node, bytes[at]);
      await until(limit, async () => (await limited(node, limit, 'sse_server_limited_total')) === 1);
      socket.destroy();
    }
    assert.equal(await node.metric('sse_server_limited_total'), 5);
    assert.equal(await node.metric('sse_server_timeouts_total'), 3);
    assert.equal(await node.metric('sse_server_bad_requests_total'), 4);
  });
}

scenario('a TLS handshake that takes too long is counted by its limit alone', async (stage) => {
  const { node, metric } = await tlsNode(stage, { limits: { handshake_time: '300ms' } });
  const wire = await stage.wire(node);
  assert.equal(await wire.drained(), '');
  const counted = (limit) => metric(`sse_server_limited_total{limit="limits.${limit}"}`);
  assert.equal(await counted('handshake_time'), 1);
  assert.equal(await counted('body_time'), 0);
  assert.equal(await metric('sse_server_tls_timeouts_total'), 1);
  assert.equal(await metric('sse_server_timeouts_total'), 1);
});

scenario('who keeps a connection open after its end has reached no limit', async (stage) => {
  const node = await stage.node();
  const socket = net.connect({ port: node.port, host: node.address, allowHalfOpen: true });
  stage.defer(() => socket.destroy());
  let ended = false;
  socket.on('end', () => (ended = true)).on('error', () => {}).resume();
  socket.write(head('GET /livez HTTP/1.1', 'Connection: close') + '\r\n');
  await until('the answer has come', () => ended);
  await until('the node has closed', async () => (await node.metric('sse_server_connections')) === 1);
  assert.equal(await node.metric('sse_server_limited_total'), 0);
  assert.equal(await node.metric('sse_server_timeouts_total'), 0);
});
