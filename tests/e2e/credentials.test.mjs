// A bad credential is refused and never passed on as anonymous, however it is spoiled; client ids and renewal.
import assert from 'node:assert/strict';
import { assertProblem, call, json, publish, stream, text } from './support/http.mjs';
import { connect, request } from './support/http2.mjs';
import { Signer } from './support/jwks.mjs';
import { scenario } from './support/stage.mjs';
import { bearer, newToken, timeIn, TokenFile } from './support/tokens.mjs';
import { until } from './support/wait.mjs';
import { WebhookServer } from './support/webhook.mjs';

const secret = 'a secret of at least thirty-two bytes';
const bad = 'sse_bad';

/** Requests of which each brings a credential that is none: {query, lines, status}. */
const spoiled = [
  { query: 'access_token=%zz', status: 400 },
  { query: `access_token=${bad}%2`, status: 400 },
  { query: `access%5=1&access_token=${bad}`, status: 400 },
  { query: `access_token=&access_token=${bad}`, status: 400 },
  { query: `access_token=${bad}&access_token=${bad}`, status: 400 },
  { query: 'access_token=', status: 401 },
  { query: 'access_token', status: 401 },
  { query: `access_token=${bad}`, status: 401 },
  { query: `access%5ftoken=${bad}`, status: 401 },
  { lines: ['Authorization:', `Authorization: Bearer ${bad}`], status: 400 },
  { lines: [`Authorization: Bearer ${bad}`, `authorization: Bearer ${bad}`], status: 400 },
  { lines: ['Authorization:'], status: 401 },
  { lines: ['Authorization: Bearer'], status: 401 },
  { lines: ['Authorization: Basic YTpi'], status: 401 },
  { lines: [`Cookie: access_token=; access_token=${bad}`], status: 401 },
  { lines: ['Cookie: access_token='], status: 401 },
  { lines: ['Cookie: a=1', `Cookie: access_token=${bad}`], status: 401 },
  { lines: ['Cookie:', `Cookie: access_token=${bad}`], status: 401 },
];

/** The status of a publish with exactly these header lines. */
async function statusOf(stage, node, { query, lines = [] }) {
  const wire = await stage.wire(node);
  const head = [`POST /publish/news?${query ?? ''} HTTP/1.1`, 'Host: h', 'Content-Type: text/plain', ...lines];
  wire.send(`${head.join('\r\n')}\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx`);
  return Number((await wire.expect(/^HTTP\/1\.1 (\d+)/))[1]);
}

async function refusesAll(stage, node) {
  for (const each of spoiled) assert.equal(await statusOf(stage, node, each), each.status, JSON.stringify(each));
  assert.equal(await statusOf(stage, node, {}), 200, 'who brings nothing is anonymous');
  assert.equal(await statusOf(stage, node, { lines: ['Cookie: other=1', 'Cookie: more='] }), 200);
}

scenario('before open no spoiled credential is anonymous', async (stage) => {
  const key = await newToken({ name: 'alice', publish: 'news' });
  const token = { file: new TokenFile(stage, key).path };
  for (const auth of [
    ['token', 'open'],
    ['jwt', 'open'],
  ]) {
    const node = await stage.node({ auth, token, jwt: { secret } });
    await refusesAll(stage, node);
    if (auth[0] !== 'token') continue;
    for (const lines of [
      [`Authorization: Bearer ${key.token}`],
      ['Cookie: a=1', `Cookie: access_token=${key.token}`],
      [`Cookie: access_token="${key.token}"`],
    ]) {
      assert.equal(await statusOf(stage, node, { lines }), 200, lines.join());
    }
    assert.equal(await statusOf(stage, node, { query: `access_token=${key.token}` }), 200);
    const h2 = await connect(stage, node);
    const send = (headers) => request(h2, 'POST', '/publish/news', { headers: { ...text, ...headers }, body: 'x' });
    assert.equal((await send({ cookie: ['a=1', `access_token=${bad}`] })).status, 401);
    assert.equal((await send({ cookie: ['a=1', `access_token=${key.token}`] })).status, 200);
  }
});

/** As much of an endpoint that knows no token: what it is shown besides is its own to judge. */
async function refusesTokens(stage, node) {
  const others = ({ lines = [] }) => lines.some((line) => /: (Basic|Bearer$)/.test(line));
  for (const each of spoiled.filter((one) => !others(one))) {
    const status = await statusOf(stage, node, each);
    assert.ok(status === each.status || status === 403, `${JSON.stringify(each)}: ${status}`);
  }
}

scenario('an endpoint is not asked about an empty credential as if there were none', async (stage) => {
  const server = await WebhookServer.start(stage);
  const webhook = { url: server.url, headers: ['Cookie', 'Authorization', 'X-Key'] };
  server.answer = ({ token }) => [200, { allow: token === null }];
  const node = await stage.node({ auth: ['webhook', 'open'], webhook });
  await refusesTokens(stage, node);
  const asked = server.asked.length;
  for (const query of ['access_token=', 'access_token']) {
    assert.equal(await statusOf(stage, node, { query, lines: ['X-Key: 1'] }), 401);
  }
  assert.equal(server.asked.length, asked);
  const own = await stage.node({ auth: ['webhook', 'open'], webhook: { ...webhook, anonymous: false } });
  server.answer = ({ headers }) => (headers['x-key'].includes('1') ? [200, { allow: false }] : [500, {}]);
  assert.equal(await statusOf(stage, own, { lines: ['X-Key:', 'X-Key: 1'] }), 403, 'the second of a name is seen');
});

scenario("the client id of an identity is nobody else's, live or in history", async (stage) => {
  const alice = await newToken({ name: 'alice', subscribe: '*', publish: '*' });
  const node = await stage.node({ auth: ['token', 'open'], token: { file: new TokenFile(stage, alice).path } });
  const path = '/channel/news/client/alice';
  const own = await stage.subscribe(node, path, { headers: bearer(alice.token) });
  await publish(node, path, { data: 'for alice' }, bearer(alice.token));
  assert.equal((await own.next()).data, '"for alice"');
  const asked = [{}, { 'last-event-id': '0-00000000' }, { 'last-event-id': 'x' }, stream];
  for (const headers of asked) assertProblem(await call(node, 'GET', path, { headers }), 401);
  for (const query of ['last_event_id=earliest', 'last=5']) {
    assertProblem(await call(node, 'GET', `${path}?${query}`), 401);
  }
  await publish(node, path, { data: 'more' }, bearer(alice.token));
  assert.equal((await own.next()).data, '"more"');
  const again = await stage.subscribe(node, path, { headers: bearer(alice.token) });
  await own.end();
  again.close();
  await until('the id is free', async () => (await node.status()).totals.subscribers === 0);
  for (const headers of asked) assertProblem(await call(node, 'GET', path, { headers }), 401);
  assert.equal((await stage.subscribe(node, '/channel/news')).status, 200, 'without an id anonymous may listen');
});

scenario("who is let in while the endpoint is down takes no identity's stream", async (stage) => {
  const server = await WebhookServer.start(stage);
  server.answer = ({ token }) => [200, { allow: true, identity: token ?? '' }];
  const node = await stage.node({ auth: ['webhook'], webhook: { url: server.url, on_failure: 'open' } });
  const own = await stage.subscribe(node, '/channel/c/client/ann', { headers: bearer('ann') });
  await server.down();
  const headers = { 'last-event-id': 'x' };
  assertProblem(await call(node, 'GET', '/channel/c/client/ann', { headers }), 409);
  await publish(node, '/channel/c/client/ann', { data: 1 });
  assert.equal((await own.next()).data, '1');
});

scenario('renewal of a stream that is not open here is 404 to who is known, 401 to others', async (stage) => {
  const news = await newToken({ name: 'bob', subscribe: 'news*', expires: timeIn(600) });
  const mute = await newToken({ name: 'eve', publish: 'news' });
  const file = new TokenFile(stage, news, mute);
  const node = await stage.node({ auth: ['token'], token: { file: file.path }, 'auth.expiry_warning': '1h' });
  const renew = (token, place) =>
    call(node, 'POST', '/auth/renew', {
      body: JSON.stringify({ stream: place }),
      headers: { ...json, ...bearer(token) },
    });
  const reader = await stage.subscribe(node, '/subscribe/news', { headers: bearer(news.token) });
  const { stream: place } = JSON.parse((await reader.next()).data);
  assert.equal((await renew(news.token, place)).status, 204);
  assertProblem(await renew(mute.token, place), 403);
  const gone = [`${place}1`, place.replace(/^.{8}/, '00000000'), place.replace(/\.\d+$/, '.99')];
  for (const none of gone) {
    assertProblem(await renew(news.token, none), 404);
    assertProblem(await renew(mute.token, none), 404);
    assertProblem(await renew(bad, none), 401);
  }
  reader.close();
  await until('it is gone', async () => (await renew(news.token, place)).status === 404);
});
