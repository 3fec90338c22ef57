// auth/webhook against a real HTTP and HTTPS endpoint that allows, refuses, hangs, lies and goes down.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertProblem, call, json, stream, text } from './support/http.mjs';
import { connect, request, subscribe } from './support/http2.mjs';
import { certificates, folder } from './support/jwks.mjs';
import { run } from './support/process.mjs';
import { scenario } from './support/stage.mjs';
import { bearer, newToken, TokenFile } from './support/tokens.mjs';
import { until } from './support/wait.mjs';
import { WebhookServer } from './support/webhook.mjs';

const withHook = (server, webhook = {}, more = {}) => ({
  auth: ['webhook'],
  webhook: { url: server.url, ...webhook },
  ...more,
});
const post = (node, token, channel = 'news', headers = {}) =>
  call(node, 'POST', `/publish/${channel}`, {
    body: 'x',
    headers: { ...text, ...(token && bearer(token)), ...headers },
  });
const open = (node, path, token) => call(node, 'GET', path, { headers: { ...stream, ...(token && bearer(token)) } });

/** Waits for the log, which is written behind the answer. */
const logged = (node, what) => until(`${what} in the log`, () => node.log.match(what));

/** Asserts that a stream is refused in a way that lets an EventSource come back. */
function assertForNow(answer) {
  assert.equal(answer.status, 200, answer.body);
  assert.match(answer.headers['content-type'], /^text\/event-stream/);
  assert.match(answer.body, /^retry: \d+$/m);
}

scenario('the endpoint is told who asks for what, and decides', async (stage) => {
  const server = await WebhookServer.start(stage);
  server.answer = ({ token, channels }) => {
    if (token === 'bad') return [401, { reason: 'never heard of it' }];
    return [200, { allow: token === 'good' && channels[0] !== 'secret', identity: 'ann' }];
  };
  const file = join(folder(stage), 'secret');
  writeFileSync(file, 'of-the-node\n');
  const node = await stage.node(withHook(server, { secret_file: file, headers: ['X-Tenant', 'User-Agent'] }));
  assert.equal((await post(node, 'good', 'a%2Fb', { 'x-tenant': 'acme' })).status, 200);
  const { lines, url, ...question } = server.asked.at(-1);
  assert.equal(url, '/auth?key=of-the-url');
  assert.equal(lines.authorization, 'Bearer of-the-node');
  assert.deepEqual(question, {
    action: 'publish',
    method: 'POST',
    channels: ['a/b'],
    client: null,
    address: '127.0.0.1',
    token: 'good',
    certificate: null,
    node: 'n1',
    headers: { 'x-tenant': 'acme' },
  });
  assertProblem(await post(node, 'good', 'secret'), 403);
  const refused = await post(node, 'bad');
  assert.equal(assertProblem(refused, 401).detail, 'never heard of it');
  assert.match(refused.headers['www-authenticate'], /^Bearer error="invalid_token"/);
  assertProblem(await open(node, '/subscribe/news', 'bad'), 401);

  const reader = await stage.subscribe(node, '/channel/news/client/ann?access_token=good');
  assert.equal(reader.status, 200);
  assert.equal(server.asked.at(-1).client, 'ann');
  assertProblem(await open(node, '/channel/news/client/bob', 'good'), 403);
  const cookie = { cookie: 'access_token=good' };
  const many = await stage.subscribe(node, '/subscribe?channel=b&channel=a', { headers: cookie });
  assert.equal(many.status, 200);
  assert.deepEqual(server.asked.at(-1).channels, ['a', 'b']);

  await call(node, 'POST', '/channel', { body: 'x', headers: { ...text, ...bearer('bad') } });
  assert.equal(server.asked.at(-1).channels, null, 'all of them is no list');
  await node.stop();
  for (const secret of ['of-the-node', 'of-the-url', '"good', '=good']) {
    assert.ok(!node.log.includes(secret), `${secret} in the log`);
  }
});

scenario('over HTTP/2 the endpoint is told the same, selected headers included', async (stage) => {
  const server = await WebhookServer.start(stage);
  server.answer = ({ headers }) => [200, { allow: headers['x-key'] === 'k1', identity: 'ann' }];
  const node = await stage.node(withHook(server, { headers: ['X-Key', 'Cookie'] }));
  const session = await connect(stage, node);
  const send = (headers) => request(session, 'POST', '/publish/news', { headers: { ...text, ...headers }, body: 'x' });
  assert.equal((await send({ 'x-key': 'k1', cookie: ['a=1', 'b=2'] })).status, 200);
  assert.deepEqual(server.asked.at(-1).headers, { 'x-key': 'k1', cookie: 'a=1; b=2' });
  assert.equal((await send({ 'x-key': 'k2' })).status, 403);
  const denied = await subscribe(session, '/subscribe/news');
  await until('the stream is refused', () => denied.status === 403);
});

scenario('answers are asked for once in their time, by credentials, question and client', async (stage) => {
  const server = await WebhookServer.start(stage);
  let said = [200, { allow: true, ttl: 2 }];
  server.answer = ({ action }) => (action === 'admin' ? [200, { allow: true, ttl: 60 }] : said);
  const node = await stage.node(withHook(server, { headers: ['X-Key'] }));
  const asked = () => server.asked.filter(({ action }) => action !== 'admin').length;
  const begin = Date.now();
  for (let i = 0; i < 5; i++) assert.equal((await post(node, 'a')).status, 200);
  if (Date.now() - begin < 1900) assert.equal(asked(), 1);
  const before = asked();
  await post(node, 'b');
  await post(node, 'b', 'other');
  await post(node, 'b', 'other', { 'x-key': '1' });
  assert.equal(asked(), before + 3);
  said = [403, {}, { 'cache-control': 'max-age=60' }];
  await until('the answer has ended', async () => (await post(node, 'a')).status === 403);
  assert.ok(Date.now() - begin >= 1900, 'not before its time');
  const after = asked();
  assertProblem(await post(node, 'a'), 403);
  assert.equal(asked(), after, 'refusals are remembered as well');
  said = [200, { publish: ['x*'], subscribe: [], ttl: 60 }];
  assert.equal((await post(node, 'c', 'x1')).status, 200);
  assert.equal((await post(node, 'c', 'x2')).status, 200);
  assertProblem(await post(node, 'c', 'y'), 403);
  assert.equal(asked(), after + 1, 'patterns do for every channel');
  said = [200, { allow: true }];
  for (let i = 0; i < 3; i++) assert.equal((await post(node, 'd')).status, 200);
  assert.equal(asked(), after + 4, 'nothing is remembered that does not say so');
  assert.ok(server.connections <= 2, `${server.connections} connections for ${server.asked.length} questions`);
  assert.ok((await node.metric('sse_webhook_cache_hits_total')) >= 5);
  node.program.signal('SIGHUP');
  said = [200, { allow: true, ttl: 60 }];
  await until('a reload forgets', async () => (await post(node, 'a')).status === 200);
});

scenario('while the endpoint is down requests are refused for now, and no stream for good', async (stage) => {
  const server = await WebhookServer.start(stage);
  const node = await stage.node(withHook(server));
  assert.equal((await post(node, 'a')).status, 200);
  await server.down();
  const refused = await post(node, 'a');
  assertProblem(refused, 503);
  assert.match(refused.headers['retry-after'], /^\d+$/);
  assertForNow(await open(node, '/subscribe/news', 'a'));
  assertProblem(await call(node, 'GET', '/subscribe/news', { headers: bearer('a') }), 503);
  assertProblem(await call(node, 'GET', '/status', { headers: { ...stream, ...bearer('a') } }), 503);
  const renewed = await call(node, 'POST', '/auth/renew', {
    body: '{"stream":"0a1b2c3d.1.42.7"}',
    headers: { ...json, ...stream, ...bearer('a') },
  });
  assertProblem(renewed, 503);
  assert.equal(await node.probe('/readyz'), 200);
  await server.up();
  assert.equal((await post(node, 'a')).status, 200);
  await logged(node, /webhook-back/);
  assert.equal(node.log.match(/webhook-unavailable/g).length, 1, 'told once');
  assert.ok((await node.metric('sse_api_undecided_total')) >= 5);
});

scenario('open on failure lets in, but for administration', async (stage) => {
  const server = await WebhookServer.start(stage);
  server.answer = () => [401, {}];
  const node = await stage.node(withHook(server, { on_failure: 'open' }));
  await logged(node, /webhook-fails-open/);
  assertProblem(await post(node, 'a'), 401);
  server.answer = () => [500, {}];
  assert.equal((await post(node, 'a')).status, 200);
  await server.down();
  assert.equal((await post(node, 'a')).status, 200);
  assert.equal((await stage.subscribe(node, '/channel/news/client/c')).status, 200);
  assertProblem(await call(node, 'GET', '/status'), 503);
});

scenario('an endpoint that hangs delays only those who wait for it, and not the stop', async (stage) => {
  const server = await WebhookServer.start(stage);
  let late;
  server.answer = ({ token }) => {
    if (token === 'late') return new Promise((done) => (late = () => done([200, { allow: true }])));
    return token === 'hangs' ? undefined : [200, { allow: true }];
  };
  const node = await stage.node(withHook(server, { timeout: '2s', connections: 4 }));
  const begin = Date.now();
  const hangs = post(node, 'hangs');
  const waits = post(node, 'late');
  const others = [hangs, post(node, 'hangs'), open(node, '/subscribe/news', 'hangs')];
  await until('it hangs', () => server.asked.length >= 3);
  for (let i = 0; i < 10; i++) assert.equal((await post(node, `fine ${i}`)).status, 200);
  assert.equal((await call(node, 'GET', '/metrics', { headers: bearer('x') })).status, 200);
  assert.equal((await call(node, 'GET', '/status', { headers: bearer('x') })).status, 200);
  late();
  assert.equal((await waits).status, 200);
  const answers = await Promise.all(others);
  assert.ok(Date.now() - begin >= 1900);
  assertProblem(answers[0], 503);
  assertProblem(answers[1], 503);
  assertForNow(answers[2]);
  assert.equal(server.asked.filter(({ token, action }) => token === 'hangs' && action === 'publish').length, 1);

  const last = post(node, 'hangs', 'other').catch((error) => ({ error }));
  await until('it hangs again', () => server.asked.at(-1).channels?.[0] === 'other');
  const stopped = Date.now();
  assert.equal((await node.stop()).code, 0);
  assert.ok(Date.now() - stopped < 8000, 'the stop does not wait');
  await last;
});

scenario('answers that are none are never a yes', async (stage) => {
  const server = await WebhookServer.start(stage);
  const node = await stage.node(withHook(server));
  const bad = [
    [302, { allow: true }, { location: server.url }],
    [200, '<html>welcome</html>'],
    [200, ''],
    [200, `{"allow": true, "x": "${'x'.repeat(100_000)}"}`],
    [200, { allow: 'true' }],
    [200, { alow: true }],
    [204, ''],
    [500, { allow: true }],
  ];
  for (const answer of bad) {
    server.answer = () => answer;
    assertProblem(await post(node, 'a'), 503);
  }
  assert.equal(server.asked.length, bad.length, 'redirects are not followed');
});

scenario('an endpoint by TLS must prove who it is', async (stage) => {
  const files = certificates(folder(stage));
  const server = await WebhookServer.start(stage, files);
  const node = await stage.node(withHook(server, { ca_file: files.ca }));
  for (let i = 0; i < 3; i++) assert.equal((await post(node, `t${i}`)).status, 200);
  assert.equal(server.connections, 1, 'the connection is kept');
  const stranger = certificates(folder(stage));
  const elsewhere = certificates(folder(stage), 'DNS:elsewhere.test');
  const misnamed = await WebhookServer.start(stage, elsewhere);
  const wrong = [
    [server, stranger.ca, /certificate is not accepted: /],
    [server, undefined, /certificate is not accepted: /],
    [misnamed, elsewhere.ca, /certificate is not accepted: IP address mismatch, expected 127\.0\.0\.1/],
  ];
  for (const [endpoint, ca_file, why] of wrong) {
    const before = endpoint.asked.length;
    const other = await stage.node(withHook(endpoint, ca_file && { ca_file }));
    assertProblem(await post(other, 'secret-token'), 503);
    await logged(other, why);
    assert.equal(endpoint.asked.length, before, 'nothing was said to it');
  }
});

scenario('a name is looked up, and its certificate is checked by it', async (stage) => {
  const files = certificates(folder(stage), 'DNS:localhost');
  const server = await WebhookServer.start(stage, files);
  const url = server.url.replace('127.0.0.1', 'localhost');
  const node = await stage.node({ auth: ['webhook'], webhook: { url, ca_file: files.ca } });
  assert.equal((await post(node, 'a')).status, 200);
});

scenario('a stream ends when the answer says that its credentials do', async (stage) => {
  const server = await WebhookServer.start(stage);
  const expires = Math.floor(Date.now() / 1000) + 4;
  server.answer = () => [200, { allow: true, identity: 'ann', expires }];
  const node = await stage.node(withHook(server, {}, { 'auth.expiry_warning': '2s' }));
  const reader = await stage.subscribe(node, '/subscribe/news', { headers: bearer('a') });
  assert.equal((await reader.next(15000)).event, 'token-expiring');
  await reader.end(15000);
  assert.ok(Date.now() >= expires * 1000);
  assertProblem(await open(node, '/subscribe/news', 'a'), 401);
});

scenario('a header that is no UTF-8 is shown as far as it is', async (stage) => {
  const server = await WebhookServer.start(stage);
  const node = await stage.node(withHook(server, { headers: ['Cookie'] }));
  const headers = { cookie: 'name=J\xf6rg; session=7' };
  assert.equal((await stage.subscribe(node, '/subscribe/news', { headers })).status, 200);
  assert.equal(server.asked[0].headers.cookie, 'name=J\ufffdrg; session=7');
});

scenario('an end in a far future lets in', async (stage) => {
  const server = await WebhookServer.start(stage);
  const node = await stage.node(withHook(server));
  for (const expires of [9_000_000_000, 9_999_999_999, 253_402_300_799]) {
    server.answer = () => [200, { allow: true, expires }];
    assert.equal((await post(node, 'a')).status, 200, `${expires}`);
    const reader = await stage.subscribe(node, '/subscribe/news', { headers: bearer('a') });
    assert.equal(reader.status, 200);
    assert.equal((await post(node, 'a')).status, 200);
    assert.ok(await reader.next(), 'the stream goes on');
  }
});

scenario('of several plugins the endpoint is asked where the others do not know the credentials', async (stage) => {
  const server = await WebhookServer.start(stage);
  server.answer = ({ token }) => (token === 'session' ? [200, { allow: true }] : [401, {}]);
  const key = await newToken({ publish: 'news' });
  const token = { file: new TokenFile(stage, key).path };
  const node = await stage.node(withHook(server, {}, { auth: ['token', 'webhook'], token }));
  assert.equal((await post(node, key.token)).status, 200);
  assertProblem(await post(node, 'sse_unknown'), 401);
  assert.equal(server.asked.length, 0);
  assert.equal((await post(node, 'session')).status, 200);
  assertProblem(await post(node, 'opaque'), 401);
  assertProblem(await post(node), 401);
  assert.equal(server.asked.at(-1).token, null);
  assertProblem(await post(node, undefined, 'news', { authorization: 'Basic YTpi' }), 401);
  assert.equal(server.asked.length, 3, 'of a scheme that it is not shown it is not asked');

  const public_ = await stage.node(withHook(server, { anonymous: false }, { auth: ['webhook', 'open'] }));
  assert.equal((await post(public_)).status, 200);
  assertProblem(await post(public_, 'opaque'), 401);
});

scenario('a reload takes a new endpoint, or keeps the old one where the new is wrong', async (stage) => {
  const one = await WebhookServer.start(stage);
  const two = await WebhookServer.start(stage);
  const node = await stage.node(withHook(one));
  const reload = (webhook) => {
    writeFileSync(node.file, JSON.stringify({ ...node.config, webhook }));
    node.program.signal('SIGHUP');
  };
  reload({ url: 'gopher://x' });
  await until('it is told', () => node.log.includes('webhook.url: expected'));
  assert.equal((await post(node, 'a')).status, 200);
  assert.equal(one.asked.length, 1);
  reload({ url: two.url });
  await until('the new one is asked', async () => {
    assert.equal((await post(node, 'a')).status, 200);
    return two.asked.length > 0;
  });
});

scenario('check finds what is wrong, and says where', async (stage) => {
  const path = folder(stage);
  const bad = join(path, 'bad');
  writeFileSync(bad, 'nonsense');
  const wrong = async (webhook) => {
    const config = join(path, 'config.json');
    writeFileSync(config, JSON.stringify({ auth: ['webhook'], webhook }));
    const { code, output } = await run(['check', '--config', config]);
    assert.equal(code, 78, output);
    return output;
  };
  assert.match(await wrong({}), /webhook\.url: expected an http or https URL, got none/);
  assert.match(await wrong({ url: 'http://ann:pw@x/' }), /webhook\.url: .*webhook\.secret/);
  assert.match(await wrong({ url: 'https://x/', ca_file: bad }), /webhook\.ca_file: .*bad: no certificate/);
  assert.match(await wrong({ url: 'https://x/', headers: ['X Key'] }), /webhook\.headers: .*"X Key"/);
  assert.match(await wrong({ url: 'https://x/', on_failure: 'maybe' }), /webhook\.on_failure: expected closed or open/);
});
