// auth/token: keys from the command line, several plugins in order, reload, the admin rule, limits per identity.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertProblem, call, json, stream, text } from './support/http.mjs';
import { folder, Signer } from './support/jwks.mjs';
import { freePort } from './support/node.mjs';
import { run } from './support/process.mjs';
import { scenario } from './support/stage.mjs';
import { bearer, newToken, timeIn, TokenFile } from './support/tokens.mjs';
import { until } from './support/wait.mjs';

const withToken = (file, more = {}) => ({ auth: ['token'], token: { file: file.path }, ...more });
const post = (node, token, channel = 'news', headers = {}) =>
  call(node, 'POST', `/publish/${channel}`, {
    body: 'x',
    headers: { ...text, ...(token && bearer(token)), ...headers },
  });

async function refuses(node, token) {
  const answer = await post(node, token);
  assertProblem(answer, 401);
  assert.match(answer.headers['www-authenticate'], /^Bearer/);
}

scenario('a key that the command line made gives its rights and no others', async (stage) => {
  const key = await newToken({ name: 'bob', publish: 'news,room/*', subscribe: 'user-{sub}', admin: 'news' });
  assert.ok(!JSON.stringify(key.row).includes(key.token), 'the row does not hold the token');
  assert.notEqual(key.token, (await newToken()).token);
  const node = await stage.node(withToken(new TokenFile(stage, key)));
  assert.equal((await post(node, key.token)).status, 200);
  assert.equal((await post(node, key.token, 'room%2F1')).status, 200);
  assertProblem(await post(node, key.token, 'other'), 403);
  assertProblem(await call(node, 'POST', '/channel', { body: 'x', headers: { ...text, ...bearer(key.token) } }), 403);
  assert.equal((await stage.subscribe(node, '/subscribe/user-bob', { headers: bearer(key.token) })).status, 200);
  assertProblem(await call(node, 'GET', '/subscribe/user-eve', { headers: bearer(key.token) }), 403);
  assert.equal((await call(node, 'DELETE', '/channel/news', { headers: bearer(key.token) })).status, 204);
  assertProblem(await call(node, 'DELETE', '/channel/room%2F1', { headers: bearer(key.token) }), 403);
  for (const other of [undefined, `${key.token}x`, 'sse_nothing', 'x', 'a.b.c']) await refuses(node, other);
});

scenario('a client id belongs to the identity of its name', async (stage) => {
  const bob = await newToken({ name: 'bob', subscribe: '*' });
  const node = await stage.node(withToken(new TokenFile(stage, bob)));
  const own = await stage.subscribe(node, '/channel/c/client/bob', { headers: bearer(bob.token) });
  assert.equal(own.status, 200);
  assertProblem(await call(node, 'GET', '/channel/c/client/eve', { headers: bearer(bob.token) }), 403);
});

scenario('of several plugins the one whose credentials they are decides', async (stage) => {
  const secret = 'a secret of at least thirty-two bytes';
  const jwt = await Signer.make('HS256', undefined, { secret });
  const key = await newToken({ publish: 'news' });
  const file = new TokenFile(stage, key);
  const good = await jwt.token({ sub: '7', sse: { publish: ['news'] } });
  const bad = [`${good}x`, 'a.b.c', 'sse_unknown', 'opaque'];
  for (const auth of [
    ['token', 'jwt'],
    ['jwt', 'token', 'open'],
  ]) {
    const node = await stage.node({ auth, token: { file: file.path }, jwt: { secret } });
    for (const token of [good, key.token]) assert.equal((await post(node, token)).status, 200);
    for (const token of bad) await refuses(node, token);
    assertProblem(await post(node, undefined, 'news', { authorization: 'Basic YTpi' }), 401);
    assert.equal((await post(node)).status, auth.includes('open') ? 200 : 401);
  }
});

scenario('a reload takes new keys, and ends the streams of those that are gone or changed', async (stage) => {
  const [stays, goes, changes, comes] = await Promise.all(
    ['stays', 'goes', 'changes', 'comes'].map((name) => newToken({ name, subscribe: '*', publish: '*' })),
  );
  const file = new TokenFile(stage, stays, goes, changes);
  const node = await stage.node(withToken(file, { reload: { watch: [file.path] } }));
  const open = (key) => stage.subscribe(node, '/subscribe/c', { headers: bearer(key.token) });
  const [kept, gone, changed] = [await open(stays), await open(goes), await open(changes)];
  await refuses(node, comes.token);
  changes.row.subscribe = [];
  file.write(stays, changes, comes);
  await until('the new key counts', async () => (await post(node, comes.token, 'c')).status === 200);
  await gone.end();
  await changed.end();
  await refuses(node, goes.token);
  assertProblem(await call(node, 'GET', '/subscribe/c', { headers: bearer(changes.token) }), 403);
  assert.equal((await kept.next()).data, 'x');
  writeFileSync(file.path, 'nonsense');
  await until('it is told', () => node.log.includes('reload-refused'));
  assert.equal((await post(node, stays.token, 'c')).status, 200);
  assert.ok(!kept.ended);
});

scenario('a token file that cannot be used is told at start', async (stage) => {
  const path = folder(stage);
  const wrong = async (content) => {
    const file = join(path, 'tokens.json');
    if (content !== undefined) writeFileSync(file, content);
    const config = join(path, 'config.json');
    writeFileSync(config, JSON.stringify({ auth: ['token'], token: { file } }));
    for (const command of ['check', 'start']) {
      const { code, output } = await run([command, '--config', config, '--http.port', String(await freePort())]);
      assert.equal(code, 78, output);
      assert.match(output, /token\.file: .*tokens\.json: /);
      if (command === 'start') return output;
    }
  };
  assert.match(await wrong(), /cannot be read: No such file or directory/);
  assert.match(await wrong('{}'), /expected \{"tokens"/);
  assert.match(await wrong('{"tokens": [{"name": "x", "hash": "sha256:1"}]}'), /tokens\[0\]: hash: expected/);
});

scenario('status, channels and metrics need admin right, but on the admin port', async (stage) => {
  const [admin, user] = [await newToken({ admin: '*' }), await newToken({ name: 'u', subscribe: '*', admin: 'c' })];
  const port = await freePort();
  const node = await stage.node(withToken(new TokenFile(stage, admin, user), { admin: { port } }));
  await stage.subscribe(node, '/channel/c/client/u', { headers: bearer(user.token) });
  for (const path of ['/status', '/channels', '/metrics']) {
    assertProblem(await call(node, 'GET', path), 401);
    assertProblem(await call(node, 'GET', path, { headers: bearer(user.token) }), 403);
    const good = await call(node, 'GET', path, { headers: bearer(admin.token) });
    assert.equal(good.status, 200);
    assert.equal(good.headers['cache-control'], 'no-store');
    assert.equal(good.headers['x-content-type-options'], 'nosniff');
    assert.equal((await call({ port }, 'GET', path)).status, 200);
  }
  assert.equal((await call(node, 'GET', '/channels/c', { headers: bearer(user.token) })).status, 200);
  const status = (await call(node, 'GET', '/status', { headers: bearer(admin.token) })).json();
  assert.deepEqual(status.channels, { c: ['u'] });
  for (const path of ['/livez', '/readyz', '/startupz']) assert.equal((await call(node, 'GET', path)).status, 200);
});

scenario('streams and publishes of one identity are limited, others are not', async (stage) => {
  const all = { subscribe: '*', publish: '*' };
  const [one, two] = [await newToken(all), await newToken(all)];
  const limits = { streams_per_identity: 2, publish_rate: 3 };
  const admin = { port: await freePort() };
  const node = await stage.node(withToken(new TokenFile(stage, one, two), { limits, admin }));
  const subscribe = (key, path = '/subscribe/c') => stage.subscribe(node, path, { headers: bearer(key.token) });
  const readers = [await subscribe(one), await subscribe(one, '/subscribe/d')];
  const refused = await call(node, 'GET', '/subscribe/c', { headers: bearer(one.token) });
  assertProblem(refused, 429);
  assert.match(refused.headers['retry-after'], /^\d+$/);
  const soft = await call(node, 'GET', '/subscribe/c', { headers: { ...stream, ...bearer(one.token) } });
  assert.equal(soft.status, 200);
  assert.match(soft.body, /^retry: \d+$/m);
  const { body } = await call({ port: node.config.admin.port }, 'GET', '/metrics');
  assert.match(body, /sse_api_limited_total\{limit="limits\.streams_per_identity"\} 2/);
  await subscribe(two);
  readers[0].close();
  await until('there is room', async () => {
    const reader = await stage.subscribe(node, '/subscribe/c', { headers: bearer(one.token), raw: true });
    await until('an answer', () => reader.ended || reader.blocks.length > 0);
    return reader.blocks[0]?.id !== undefined;
  });
  const answers = await Promise.all(Array.from({ length: 20 }, () => post(node, one.token)));
  const over = answers.filter((answer) => answer.status === 429);
  assert.ok(over.length > 0);
  for (const answer of over) assert.match(answer.headers['retry-after'], /^\d+$/);
  assert.equal((await post(node, two.token)).status, 200);
});

scenario('a token of the query shows up nowhere', async (stage) => {
  const key = await newToken({ subscribe: '*', publish: '*', admin: '*' });
  const node = await stage.node(withToken(new TokenFile(stage, key), { log: { level: 'debug', format: 'json' } }));
  const query = `access_token=${key.token}`;
  await stage.subscribe(node, `/subscribe/c?${query}`);
  const paths = [
    ['GET', '/status'],
    ['GET', '/metrics'],
    ['GET', '/channels'],
    ['GET', '/nowhere'],
    ['PUT', '/subscribe/c'],
    ['GET', '/subscribe/c?last=x'],
    ['GET', '/subscribe/%zz'],
    ['GET', '/channels?limit=0'],
    ['POST', '/publish/c'],
    ['POST', '/auth/renew'],
  ];
  for (const [method, path] of paths) {
    for (const token of [key.token, `${key.token}%zz`, `sse_${'y'.repeat(43)}`]) {
      const answer = await call(node, method, `${path}${path.includes('?') ? '&' : '?'}access_token=${token}`);
      const all = answer.body + JSON.stringify(answer.headers);
      for (const secret of [key.token, 'y'.repeat(43)]) assert.ok(!all.includes(secret), `${path}: ${all}`);
    }
  }
  const wire = await stage.wire(node);
  await wire.send(`GET /x?${query} HTTP/1.1\r\nbroken\r\n\r\n`).drained();
  assert.ok(!node.log.includes(key.token.slice(4)), 'no token in the log');
});

scenario('pages of other sites may do nothing by the cookie of their visitors', async (stage) => {
  const key = await newToken({ publish: '*', admin: '*', subscribe: '*' });
  const node = await stage.node({ ...withToken(new TokenFile(stage, key)), 'auth.cookie': 'session' });
  const cookie = { cookie: `other=1; session=${key.token}` };
  assert.equal((await post(node, undefined, 'c', cookie)).status, 200);
  assertProblem(await post(node, undefined, 'c', { cookie: `access_token=${key.token}` }), 401);
  const foreign = { ...cookie, origin: 'https://evil.test' };
  assertProblem(await post(node, undefined, 'c', foreign), 403);
  assertProblem(await post(node, undefined, 'c', { ...cookie, 'sec-fetch-site': 'cross-site' }), 403);
  assertProblem(await call(node, 'DELETE', '/channel/c', { headers: foreign }), 403);
  assertProblem(await call(node, 'POST', '/auth/renew', { body: '{}', headers: { ...json, ...foreign } }), 403);
});

scenario('the end of a key that expires is the end of its streams', async (stage) => {
  const key = await newToken({ subscribe: '*', expires: timeIn(3) });
  const node = await stage.node(withToken(new TokenFile(stage, key)));
  const reader = await stage.subscribe(node, '/subscribe/c', { headers: bearer(key.token) });
  assert.equal((await reader.next()).event, 'token-expiring');
  await reader.end(10000);
  assert.ok(Date.now() >= Date.parse(key.row.expires), 'not before its time');
  await refuses(node, key.token);
});
