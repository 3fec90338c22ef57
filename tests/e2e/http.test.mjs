// HTTP/1.x as such: framing, keep-alive, HEAD, OPTIONS, CORS.
import assert from 'node:assert/strict';
import { call, publish } from './support/http.mjs';
import { scenario } from './support/stage.mjs';
import { until } from './support/wait.mjs';

const get = (path, more = '') => `GET ${path} HTTP/1.1\r\nHost: h\r\n${more}\r\n`;
const head = 'POST /publish/c HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\n';
const post = (body, more = '') => `${head}Content-Length: ${body.length}\r\n${more}\r\n${body}`;

scenario('requests on one connection are answered one after the other', async (stage) => {
  const node = await stage.node();
  const wire = await stage.wire(node);
  for (let count = 1; count <= 3; count++) {
    wire.send(get('/livez'));
    await until(`answer ${count}`, () => wire.responses().length === count);
  }
  assert.deepEqual(
    wire.responses().map((answer) => answer.status),
    [200, 200, 200],
  );
});

scenario('pipelined requests are answered in order', async (stage) => {
  const node = await stage.node();
  const reader = await stage.subscribe(node, '/subscribe/c');
  const wire = await stage.wire(node);
  wire.send(
    get('/nothing') +
      post('one') +
      get('/livez') +
      post('two') +
      get('/status') +
      post('three', 'Connection: close\r\n'),
  );
  await wire.drained();
  assert.deepEqual(
    wire.responses().map((answer) => answer.status),
    [404, 200, 200, 200, 200, 200],
  );
  assert.deepEqual(await reader.take(3), ['one', 'two', 'three']);
});

scenario('a request may come byte by byte', async (stage) => {
  const node = await stage.node();
  const wire = await stage.wire(node);
  for (const byte of post('slow', 'Connection: close\r\n')) {
    wire.send(byte);
    await new Promise((sent) => setImmediate(sent));
  }
  assert.match(await wire.drained(), /^HTTP\/1\.1 200 /);
});

scenario('a chunked body is a body', async (stage) => {
  const node = await stage.node();
  const reader = await stage.subscribe(node, '/subscribe/c');
  const wire = await stage.wire(node);
  wire.send(`${head}Transfer-Encoding: chunked\r\n\r\n`);
  wire.send('3;x=y\r\nabc\r\n').send('2\r\nde\r\n0\r\nTrailer: x\r\n\r\n').send(get('/livez', 'Connection: close\r\n'));
  await wire.drained();
  assert.deepEqual(
    wire.responses().map((answer) => answer.status),
    [200, 200],
  );
  assert.equal((await reader.next()).data, 'abcde');
});

scenario('Expect: 100-continue is answered before the body', async (stage) => {
  const node = await stage.node();
  const wire = await stage.wire(node);
  wire.send(
    `${head}Content-Length: 2\r\nExpect: 100-continue\r\n\r\n`,
  );
  await wire.expect(/^HTTP\/1\.1 100 [^\r]*\r\n\r\n$/);
  wire.send('ok');
  await wire.expect(/HTTP\/1\.1 200 /);
});

scenario('Expect: 100-continue is refused where the body would be', async (stage) => {
  const node = await stage.node();
  const wire = await stage.wire(node);
  wire.send(
    `${head}Content-Length: 99999999\r\nExpect: 100-continue\r\n\r\n`,
  );
  await wire.expect(/^HTTP\/1\.1 413 /);
});

scenario('HTTP/1.0 gets plain answers that end with the connection', async (stage) => {
  const node = await stage.node();
  const wire = await stage.wire(node);
  wire.send('GET /livez HTTP/1.0\r\n\r\n');
  assert.match(await wire.drained(), /^HTTP\/1\.[01] 200 /);
  const kept = await stage.wire(node);
  kept.send('GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
  await until('an answer', () => kept.responses().length === 1);
});

scenario('a stream over HTTP/1.0 is not chunked', async (stage) => {
  const node = await stage.node();
  const wire = await stage.wire(node);
  wire.send('GET /subscribe/c HTTP/1.0\r\nAccept: text/event-stream\r\n\r\n');
  await wire.expect(/\nid: [^\n]+\n\n$|\nretry: \d+\n\n$/);
  assert.doesNotMatch(wire.text, /transfer-encoding/i);
  const id = await publish(node, '/publish/c', { data: 1 });
  await wire.expect(new RegExp(`\n\nid: ${id}\ndata: 1\n\n$`));
});

scenario('chunks on the wire are whole events', async (stage) => {
  const node = await stage.node();
  const wire = await stage.wire(node);
  wire.send(get('/subscribe/c', 'Accept: text/event-stream\r\n'));
  await wire.expect(/\r\n\r\n[^]*\n\n\r\n$/);
  const id = await publish(node, '/publish/c', { data: 1 });
  const frame = `id: ${id}\ndata: 1\n\n`;
  await wire.expect(new RegExp(`\r\n${frame.length.toString(16)}\r\n${frame}\r\n$`, 'i'));
});

scenario('what is pipelined behind a subscribe does not disturb the stream', async (stage) => {
  const node = await stage.node();
  const wire = await stage.wire(node);
  wire.send(get('/subscribe/c', 'Accept: text/event-stream\r\n') + get('/livez'));
  await wire.expect(/\nid: [^\n]+\n/);
  await publish(node, '/publish/c', { data: 1 });
  await wire.expect(/\ndata: 1\n\n/);
  assert.equal(wire.text.match(/HTTP\/1\.1/g).length, 1);
});

scenario('HEAD answers the headers alone', async (stage) => {
  const node = await stage.node();
  for (const [path, type] of [
    ['/subscribe/c', /event-stream/],
    ['/status', /json/],
    ['/livez', /./],
    ['/metrics', /text/],
  ]) {
    const answer = await call(node, 'HEAD', path);
    assert.equal(answer.status, 200, path);
    assert.match(answer.headers['content-type'], type);
    assert.equal(answer.body, '');
  }
  assert.equal((await node.status()).totals.subscribers, 0);
});

scenario('OPTIONS names the methods of a path', async (stage) => {
  const node = await stage.node();
  const answer = await call(node, 'OPTIONS', '/channel/c');
  assert.ok([200, 204].includes(answer.status));
  for (const method of ['GET', 'POST', 'DELETE', 'HEAD', 'OPTIONS'])
    assert.match(answer.headers.allow, new RegExp(method));
  assert.equal(answer.headers['access-control-allow-origin'], undefined);
});

scenario('CORS answers preflights and marks answers when it is on', async (stage) => {
  const node = await stage.node({ http: { cors: { enabled: true } } });
  const origin = 'http://page.example';
  const preflight = await call(node, 'OPTIONS', '/publish/c', {
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,idempotency-key',
    },
  });
  assert.ok([200, 204].includes(preflight.status));
  assert.ok(['*', origin].includes(preflight.headers['access-control-allow-origin']));
  assert.match(preflight.headers['access-control-allow-methods'], /POST/);
  assert.match(preflight.headers['access-control-allow-headers'], /content-type/i);
  const reader = await stage.subscribe(node, '/subscribe/c', { headers: { origin } });
  assert.ok(['*', origin].includes(reader.headers['access-control-allow-origin']));
});

scenario('named origins are the only ones let in', async (stage) => {
  const node = await stage.node({ http: { cors: { enabled: true, origins: ['http://friend.example'] } } });
  const allowed = async (origin) =>
    (await call(node, 'GET', '/livez', { headers: { origin } })).headers['access-control-allow-origin'];
  assert.equal(await allowed('http://friend.example'), 'http://friend.example');
  assert.equal(await allowed('http://elsewhere.example'), undefined);
});

scenario('an idle connection is closed after its time', async (stage) => {
  const node = await stage.node({ limits: { idle_time: '300ms' } });
  const wire = await stage.wire(node);
  wire.send(get('/livez'));
  await until('an answer', () => wire.responses().length === 1);
  await wire.drained();
});
