// GET /console as a request: where it is served, and with which headers.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { assertProblem, call } from './support/http.mjs';
import { connect, request } from './support/http2.mjs';
import { freePort } from './support/node.mjs';
import { scenario } from './support/stage.mjs';
import { newToken, TokenFile } from './support/tokens.mjs';

const on = { console: { enabled: true } };
const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const inside = (page, tag) => page.match(new RegExp(`<${tag}>([^]*)</${tag}>`))[1];

scenario('the console is off where nobody has switched it on', async (stage) => {
  const admin = await freePort();
  const node = await stage.node({ admin: { port: admin } });
  assert.match(assertProblem(await call(node, 'GET', '/console'), 404).detail, /console\.enabled/);
  assertProblem(await call({ port: admin }, 'GET', '/console'), 404);
});

scenario('the console is one page that says what it may do, on both ports and without any right', async (stage) => {
  const file = new TokenFile(stage, await newToken({ subscribe: '*' }));
  const admin = await freePort();
  const node = await stage.node({ ...on, admin: { port: admin }, auth: ['token'], token: { file: file.path } });
  for (const at of [node, { port: admin }]) {
    const page = await call(at, 'GET', '/console');
    assert.equal(page.status, 200);
    assert.equal(page.headers['content-type'], 'text/html; charset=utf-8');
    const policy = page.headers['content-security-policy'];
    assert.match(policy, /^default-src 'none'; .*frame-ancestors 'none'/);
    for (const tag of ['script', 'style'])
      assert.ok(policy.includes(`${tag}-src ${hash(inside(page.body, tag))};`), tag);
    assert.equal(page.headers['x-content-type-options'], 'nosniff');
    assert.equal(page.headers['x-frame-options'], 'DENY');
    assert.equal(page.headers['referrer-policy'], 'no-referrer');
    assert.equal(page.headers['cache-control'], 'no-cache');
    assert.ok(page.body.length < 40000, `${page.body.length} bytes`);
  }
});

scenario('the console is asked for again only where it is another one', async (stage) => {
  const node = await stage.node(on);
  const { headers, body } = await call(node, 'GET', '/console');
  const again = (tag) => call(node, 'GET', '/console', { headers: { 'if-none-match': tag } });
  for (const tag of [headers.etag, `W/${headers.etag}`, `"a", ${headers.etag}`]) {
    const kept = await again(tag);
    assert.equal(kept.status, 304, tag);
    assert.equal(kept.body, '');
    assert.equal(kept.headers.etag, headers.etag);
    assert.equal(kept.headers['content-security-policy'], headers['content-security-policy']);
  }
  assert.equal((await again('"0123456789abcdef"')).body, body);
  const head = await call(node, 'HEAD', '/console');
  assert.equal(head.status, 200);
  assert.equal(head.body, '');
  assert.equal(Number(head.headers['content-length']), Buffer.byteLength(body));
  const session = await connect(stage, node);
  assert.equal((await request(session, 'GET', '/console')).body, body);
  assert.equal((await request(session, 'GET', '/console', { headers: { 'if-none-match': headers.etag } })).status, 304);
});

scenario('other methods and unclean paths of the console are refused as everywhere', async (stage) => {
  const node = await stage.node(on);
  const answer = await call(node, 'POST', '/console', { body: 'x' });
  assertProblem(answer, 405);
  assert.equal(answer.headers.allow, 'GET, HEAD, OPTIONS');
  for (const path of ['/console/', '//console', '/console/page.js', '/Console'])
    assertProblem(await call(node, 'GET', path), 404);
  assert.equal((await call(node, 'GET', '/console?x=1')).status, 200);
});
