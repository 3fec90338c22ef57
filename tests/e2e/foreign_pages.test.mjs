// What pages of other origins may ask for, and what they may read.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertProblem, call, json, text } from './support/http.mjs';
import { folder } from './support/jwks.mjs';
import { freePort } from './support/node.mjs';
import { run } from './support/process.mjs';
import { scenario } from './support/stage.mjs';
import { bearer, newToken, TokenFile } from './support/tokens.mjs';
import { until } from './support/wait.mjs';

const evil = 'https://evil.example';
const friend = 'https://friend.example';
const cross = { origin: evil, 'sec-fetch-site': 'cross-site' };

/** The statuses of all that changes something, asked with `headers`. */
async function changes(node, headers) {
  const post = (path, type, body) => call(node, 'POST', path, { body, headers: { ...type, ...headers } });
  const answers = [
    await post('/publish/news', text, 'x'),
    await post('/channel/news', text, 'x'),
    await post('/channel/news/client/c', text, 'x'),
    await post('/channel', text, 'x'),
    await post('/publish', { 'content-type': 'application/x-ndjson' }, '{"channel":"news","data":1}'),
    await call(node, 'DELETE', '/channel/news', { headers }),
    await call(node, 'DELETE', '/channel/news/client/c', { headers }),
    await post('/auth/renew', json, '{}'),
  ];
  return answers.map(({ status }) => status);
}

scenario('a page whose origin is not listed changes nothing, whatever it brings', async (stage) => {
  const key = await newToken({ publish: '*', admin: '*', subscribe: '*' });
  const config = { auth: ['token', 'open'], token: { file: new TokenFile(stage, key).path } };
  for (const cors of [{ enabled: false }, { enabled: true }, { enabled: true, origins: [friend] }]) {
    const node = await stage.node({ ...config, http: { cors } });
    for (const credentials of [{}, { cookie: `access_token=${key.token}` }, bearer(key.token)]) {
      for (const page of [cross, { origin: evil }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }]) {
        const statuses = await changes(node, { ...credentials, ...page });
        assert.deepEqual(new Set(statuses), new Set([403]), JSON.stringify([cors, credentials, page]));
      }
      const own = { ...credentials, origin: `http://127.0.0.1:${node.port}`, 'sec-fetch-site': 'same-origin' };
      assert.ok(!(await changes(node, own)).includes(403));
    }
    if (!cors.origins) continue;
    const listed = await changes(node, { cookie: `access_token=${key.token}`, origin: friend });
    assert.ok(!listed.includes(403), listed.join());
  }
});

scenario('the admin port lets no page of another origin read', async (stage) => {
  const port = await freePort();
  const node = await stage.node({ admin: { port }, http: { cors: { enabled: true } } });
  const asked = { headers: { origin: evil, 'access-control-request-method': 'GET' } };
  for (const [method, path] of [
    ['GET', '/status'],
    ['GET', '/channels'],
    ['GET', '/metrics'],
    ['GET', '/readyz'],
    ['GET', '/nowhere'],
    ['POST', '/publish/c'],
    ['OPTIONS', '/status'],
  ]) {
    const { headers } = await call({ port }, method, path, asked);
    const said = Object.keys(headers).filter((name) => name.startsWith('access-control-'));
    assert.deepEqual(said, [], `${method} ${path}`);
  }
  assert.equal((await call(node, 'GET', '/livez', asked)).headers['access-control-allow-origin'], '*');
});

scenario('origins that can match nothing are told at start', async (stage) => {
  const config = join(folder(stage), 'config.json');
  const said = async (...origins) => {
    writeFileSync(config, JSON.stringify({ http: { cors: { enabled: true, origins } }, discovery: ['hosts'] }));
    const { code, output } = await run(['check', '--config', config]);
    return { code, output };
  };
  assert.equal((await said(friend, 'http://localhost:3000', 'https://[::1]:8443', 'capacitor://localhost')).code, 0);
  for (const wrong of ['https://good.example/', 'https://Good.example', 'good.example', 'null', 'https://*.example']) {
    const { code, output } = await said(friend, wrong);
    assert.equal(code, 78, output);
    assert.match(output, /http\.cors\.origins: expected .*scheme:\/\/host/);
    assert.ok(output.includes(`"${wrong}"`), output);
  }
  const all = await said('*', 'https://good.example/');
  assert.equal(all.code, 78);
  assert.match(all.output, /"\*"; no list at all/);
  assert.match(all.output, /"https:\/\/good\.example\/"/, 'every one is told');
  const node = stage.prepare({ http: { cors: { enabled: true, origins: ['*'] } } });
  node.spawn();
  assert.equal((await node.program.exited).code, 78);
});

scenario('origins that count for nothing are warned of', async (stage) => {
  const off = await stage.node({ http: { cors: { origins: [friend] } } });
  await until('it is told', () => /cors-off.*http\.cors\.enabled/.test(off.log));
  const checked = await run(['check', '--config', off.file]);
  assert.equal(checked.code, 0, checked.output);
  assert.match(checked.output, /cors-off/);
  for (const cors of [{}, { enabled: true }, { enabled: true, origins: [friend] }]) {
    const good = await stage.node({ node: { name: 'n2' }, http: { cors } });
    assert.doesNotMatch(good.log, /cors-off/);
    await good.stop();
  }
});

scenario('a request that cannot be read is not answered with the origin of the one before', async (stage) => {
  const node = await stage.node({ http: { cors: { enabled: true, origins: [friend] } } });
  for (const broken of [
    'GET /x HTTP/1.1\r\nno header\r\n\r\n',
    'POST /publish/c HTTP/1.1\r\nHost: h\r\nContent-Length: 9999999\r\n\r\n',
  ]) {
    const wire = await stage.wire(node);
    wire.send(`GET /livez HTTP/1.1\r\nHost: h\r\nOrigin: ${friend}\r\n\r\n${broken}`);
    await wire.drained();
    const [first, second] = wire.responses();
    assert.equal(first.headers['access-control-allow-origin'], friend);
    assert.ok([400, 413].includes(second.status));
    const said = Object.keys(second.headers).filter((name) => name.startsWith('access-control-'));
    assert.deepEqual(said, []);
  }
});
