// Bad input: the right status, a problem body, and no connection that hangs.
import assert from 'node:assert/strict';
import { assertProblem, call, json, publish, text } from './support/http.mjs';
import { scenario } from './support/stage.mjs';

const post = (node, path, body, headers = json) => call(node, 'POST', path, { body, headers });

scenario('a body that is no event is 400 and says where', async (stage) => {
  const node = await stage.node();
  const reader = await stage.subscribe(node, '/subscribe/c');
  const bodies = [
    '',
    '{',
    '[]',
    '1',
    '{}',
    '{"id":"a"}',
    '{"data":1} x',
    '{"data":1,"data":2}',
    '{"data":01}',
    '{"data":+1}',
    '{"data":"\n"}',
    '{"data":"\\x"}',
    '{"data":NaN}',
    "{'data':1}",
    '{"data":1,}',
    '{"data":[1,]}',
    '{"data":tru}',
    '{"data":1,"retry":-1}',
    '{"data":1,"retry":"5"}',
    '{"data":1,"retry":1.5}',
    '{"data":1,"event":5}',
    '{"data":1,"id":5}',
    '{"data":"\\ud800"',
    `{"data":${'['.repeat(100000)}`,
  ];
  for (const body of bodies) assertProblem(await post(node, '/publish/c', body), 400);
  assertProblem(
    await post(node, '/publish/c', Buffer.from([...Buffer.from('{"data":"'), 0xff, 0xfe, 0x22, 0x7d])),
    400,
  );
  await publish(node, '/publish/c', { data: 'after' });
  assert.equal((await reader.next()).data, '"after"');
});

scenario('ids and names that would break clients are 400', async (stage) => {
  const node = await stage.node();
  const own = await publish(node, '/publish/c', { data: 1 });
  for (const id of ['', ' a', 'a ', 'a\nb', 'a\0', 'é', 'x'.repeat(129), own, `${own}~${own}`]) {
    assertProblem(await post(node, '/publish/c', JSON.stringify({ data: 1, id })), 400);
  }
  for (const event of ['gap', 'token-expiring', 'a\nb', 'a\rb', 'a\0b', 'a\u007fb', 'a\u0085b']) {
    assertProblem(await post(node, '/publish/c', JSON.stringify({ data: 1, event })), 400);
  }
  await publish(node, '/publish/c', { data: 1, id: 'x'.repeat(128), event: 'grüße 😀' });
});

scenario('channel and client names have their limits', async (stage) => {
  const node = await stage.node();
  for (const name of ['%00', '%0A', '%7f', '%ff', '%C3', '%zz', '%4', 'x'.repeat(257)]) {
    assertProblem(await post(node, `/publish/${name}`, '{"data":1}'), 400);
    assertProblem(await call(node, 'GET', `/channel/c/client/${name}`), 400);
  }
  await publish(node, `/publish/${'x'.repeat(256)}`, { data: 1 });
  assertProblem(await call(node, 'GET', '/subscribe'), 400);
});

scenario('other content types, and none, are 415', async (stage) => {
  const node = await stage.node();
  for (const type of ['application/xml', 'application/jsonx', 'text/html', 'application/x-www-form-urlencoded']) {
    assertProblem(await post(node, '/publish/c', '{"data":1}', { 'content-type': type }), 415);
  }
  assertProblem(await post(node, '/publish/c', '{"data":1}', {}), 415);
  assert.equal(
    (await post(node, '/publish/c', '{"data":1}', { 'content-type': 'Application/JSON ; charset="utf-8"' })).status,
    200,
  );
});

scenario('unknown and unclean paths are 404', async (stage) => {
  const node = await stage.node();
  for (const path of [
    '/',
    '/nothing',
    '/subscribe/',
    '/subscribe//',
    '//subscribe/c',
    '/subscribe/../status',
    '/subscribe/a/b',
    '/./status',
    '/status/',
    '/Status',
    '/channel/c/client',
    '/channel/c/client/',
    '/channel/c/client/x/y',
  ]) {
    assertProblem(await call(node, 'GET', path), 404);
  }
});

scenario('a method that a route does not have is 405 with Allow', async (stage) => {
  const node = await stage.node();
  const cases = [
    ['PUT', '/publish/c', /POST/],
    ['GET', '/publish/c', /POST/],
    ['POST', '/subscribe/c', /GET/],
    ['DELETE', '/status', /GET/],
    ['PATCH', '/channel/c', /DELETE/],
    ['POST', '/channels', /GET/],
  ];
  for (const [method, path, allow] of cases) {
    const answer = await call(node, method, path);
    assertProblem(answer, 405);
    assert.match(answer.headers.allow, allow);
  }
});

scenario('too large a body is 413, by its length and by its chunks', async (stage) => {
  const node = await stage.node({ limits: { body: '1KiB' } });
  const told = assertProblem(await post(node, '/publish/c', 'x'.repeat(1025), text), 413);
  assert.equal(told.detail, 'body: expected at most 1024 bytes (limits.body), got 1025');
  assert.equal((await post(node, '/publish/c', 'x'.repeat(1024), text)).status, 200);
  const wire = await stage.wire(node);
  wire.send('POST /publish/c HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n');
  wire.send(`400\r\n${'x'.repeat(1024)}\r\n400\r\n${'x'.repeat(1024)}\r\n`);
  await wire.expect(/^HTTP\/1\.1 413 [^]*body: expected at most 1024 bytes \(limits\.body\), got more/);
  await wire.drained();
});

scenario('too long a request line is 414, too many headers are 431', async (stage) => {
  const node = await stage.node();
  const long = await stage.wire(node);
  long.send(`GET /subscribe/${'x'.repeat(20000)} HTTP/1.1\r\nHost: h\r\n\r\n`);
  await long.expect(/^HTTP\/1\.1 414 [^]*problem\+json[^]*expected at most 16384 bytes \(limits\.headers\)/);
  await long.drained();
  const many = await stage.wire(node);
  many.send(`GET /livez HTTP/1.1\r\nHost: h\r\nX: ${'x'.repeat(20000)}\r\n\r\n`);
  await many.expect(/^HTTP\/1\.1 431 [^]*problem\+json[^]*expected at most 16384 bytes \(limits\.headers\)/);
  await many.drained();
});

scenario('headers that take too long are 408', async (stage) => {
  const node = await stage.node({ limits: { header_time: '300ms', body_time: '300ms' } });
  const wire = await stage.wire(node);
  wire.send('GET /livez HTTP/1.1\r\nHost:');
  await wire.expect(/^HTTP\/1\.1 408 [^]*problem\+json/);
  await wire.drained();
  const body = await stage.wire(node);
  body.send('POST /publish/c HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nab');
  await body.expect(/^HTTP\/1\.1 408 /);
  await body.drained();
});

const head = 'POST /publish/c HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\n';
const hidden = '0\r\n\r\nGET /status HTTP/1.1\r\nHost: h\r\n\r\n';
const smuggling = {
  'both lengths': `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n${hidden}`,
  'an unknown coding': `${head}Transfer-Encoding: xchunked\r\n\r\n${hidden}`,
  'chunked among others': `${head}Transfer-Encoding: gzip, chunked\r\n\r\n${hidden}`,
  'chunked and identity': `${head}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n${hidden}`,
  'two lengths': `${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef`,
  'a signed length': `${head}Content-Length: +5\r\n\r\nabcde`,
  'a list of lengths': `${head}Content-Length: 5, 5\r\n\r\nabcde`,
  'a huge length': `${head}Content-Length: 99999999999999999999999\r\n\r\nabcde`,
  'a coding in HTTP/1.0': `${head.replace('1.1', '1.0')}Transfer-Encoding: chunked\r\n\r\n${hidden}`,
  'a folded header': `${head}X: a\r\n Content-Length: 5\r\n\r\nabcde`,
  'a space before the colon': `${head}Content-Length : 5\r\n\r\nabcde`,
  'no host': 'GET /livez HTTP/1.1\r\n\r\n',
  'two hosts': 'GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
  'a bad chunk size': `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n`,
  'a chunk longer than told': `${head}Transfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n0\r\n\r\n`,
  'no version': 'GET /livez\r\n\r\n',
  'a version of the future': 'GET /livez HTTP/3.7\r\nHost: h\r\n\r\n',
  'a NUL in a header': 'GET /livez HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n',
  noise: '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n\r\n',
};
for (const [name, bytes] of Object.entries(smuggling)) {
  scenario(`a request with ${name} is refused once and the connection closed`, async (stage) => {
    const node = await stage.node();
    const wire = await stage.wire(node);
    wire.send(Buffer.from(bytes, 'latin1'));
    const answer = await wire.drained();
    const lines = answer.match(/HTTP\/1\.[01] \d{3}/g) ?? [];
    assert.equal(lines.length, 1, answer);
    assert.match(lines[0], / (400|413|501|505)$/);
    assert.equal(await node.probe('/livez'), 200);
  });
}

scenario('an empty line before a request is skipped', async (stage) => {
  const node = await stage.node();
  const wire = await stage.wire(node);
  wire.send('\r\nGET /livez HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
  assert.match(await wire.drained(), /^HTTP\/1\.1 200 /);
});

scenario('a client that disappears in the middle costs nothing', async (stage) => {
  const node = await stage.node();
  for (const bytes of ['', 'G', 'POST /publish/c HTTP/1.1\r\n', `${head}Content-Length: 50\r\n\r\nabc`]) {
    const wire = await stage.wire(node);
    wire.send(bytes).close();
  }
  await publish(node, '/publish/c', { data: 1 });
});

scenario('a publish from a foreign page is 403 unless its origin is allowed', async (stage) => {
  const node = await stage.node();
  const from = (headers) => post(node, '/publish/c', '{"data":1}', { ...json, ...headers });
  assertProblem(await from({ origin: 'http://elsewhere.example' }), 403);
  assertProblem(await from({ 'sec-fetch-site': 'cross-site' }), 403);
  assert.equal((await from({ origin: `http://127.0.0.1:${node.port}` })).status, 200);
  assert.equal((await from({ 'sec-fetch-site': 'same-origin' })).status, 200);
  const open = await stage.node({ http: { cors: { enabled: true, origins: ['http://friend.example'] } } });
  const at = (origin) => post(open, '/publish/c', '{"data":1}', { ...json, origin });
  assert.equal((await at('http://friend.example')).status, 200);
  assertProblem(await at('http://elsewhere.example'), 403);
});
