// A page of one origin that streams from a node of another, by a cookie and by a token of the query.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after } from 'node:test';
import { browsers } from './support/clients.mjs';
import { call } from './support/http.mjs';
import { scenario } from './support/stage.mjs';
import { bearer, newToken, TokenFile } from './support/tokens.mjs';
import { until } from './support/wait.mjs';

after(() => browsers.chromium.quit());

/** The origin of an empty page that sets `cookie`. */
async function site(stage, cookie = '') {
  const server = http.createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html', ...(cookie && { 'set-cookie': cookie }) });
    response.end('<p>page</p>');
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  stage.defer(() => (server.closeAllConnections(), server.close()));
  return `http://127.0.0.1:${server.address().port}`;
}

/** What a page of `origin` sees of the stream at `url`. */
async function stream(stage, origin, url, withCredentials) {
  const page = await browsers.chromium.page();
  stage.defer(() => page.close());
  await page.goto(origin);
  await page.evaluate(
    (address, options) => {
      const seen = (globalThis.seen = { opens: 0, datas: [] });
      const source = (globalThis.source = new EventSource(address, options));
      source.addEventListener('open', () => (seen.opens += 1));
      source.addEventListener('message', (event) => seen.datas.push(event.data));
    },
    url,
    { withCredentials },
  );
  const state = () => page.evaluate(() => ({ ...globalThis.seen, readyState: globalThis.source.readyState }));
  return { page, state };
}

scenario(
  'a page of an allowed origin streams and publishes by cookie, one of another origin does not',
  async (stage) => {
    const key = await newToken({ subscribe: '*', publish: '*' });
    const cookie = `session=${key.token}; HttpOnly; SameSite=Lax; Path=/`;
    const [good, evil] = [await site(stage, cookie), await site(stage)];
    const file = new TokenFile(stage, key);
    const cors = { enabled: true, origins: [good] };
    const config = { auth: ['token'], 'auth.cookie': 'session', token: { file: file.path }, http: { cors } };
    const node = await stage.node(config);
    const base = `http://127.0.0.1:${node.port}`;
    const seen = await stream(stage, good, `${base}/subscribe/c`, true);
    await until('it is open', async () => (await seen.state()).opens === 1, 15000);
    const publish = (page, type) =>
      page.evaluate(
        (url, contentType) =>
          fetch(url, {
            method: 'POST',
            credentials: 'include',
            headers: { 'Content-Type': contentType },
            body: '{"data":7}',
          })
            .then((answer) => answer.status)
            .catch(() => 0),
        `${base}/publish/c`,
        type,
      );
    assert.equal(await publish(seen.page, 'application/json'), 200);
    await until('the event', async () => (await seen.state()).datas.includes('7'), 15000);
    const other = await stream(stage, evil, `${base}/subscribe/c`, true);
    await until('it is refused', async () => (await other.state()).readyState === 2, 15000);
    assert.equal((await other.state()).opens, 0);
    for (const type of ['application/json', 'text/plain']) assert.equal(await publish(other.page, type), 0);
    await call(node, 'POST', '/publish/c', {
      body: 'last',
      headers: { 'content-type': 'text/plain', ...bearer(key.token) },
    });
    await until('the next event', async () => (await seen.state()).datas.includes('last'), 15000);
    assert.deepEqual((await seen.state()).datas, ['7', 'last']);
  },
  { seconds: 60 },
);

scenario(
  'a page of another origin streams by a token of the query, and not by a bad one',
  async (stage) => {
    const key = await newToken({ subscribe: '*', publish: '*' });
    const file = new TokenFile(stage, key);
    const node = await stage.node({ auth: ['token'], token: { file: file.path }, http: { cors: { enabled: true } } });
    const origin = await site(stage);
    const url = `http://127.0.0.1:${node.port}/subscribe/c?access_token=`;
    const seen = await stream(stage, origin, url + key.token, false);
    await until('it is open', async () => (await seen.state()).opens === 1, 15000);
    const headers = { 'content-type': 'text/plain', ...bearer(key.token) };
    assert.equal((await call(node, 'POST', '/publish/c', { body: 'x', headers })).status, 200);
    await until('the event', async () => (await seen.state()).datas.includes('x'), 15000);
    const bad = await stream(stage, origin, `${url}sse_bad`, false);
    await until('it is refused', async () => (await bad.state()).readyState === 2, 15000);
    assert.ok(!node.log.includes(key.token));
  },
  { seconds: 60 },
);
