// Clients that are known by their certificates: rows of the token file that name them.
import assert from 'node:assert/strict';
import http2 from 'node:http2';
import { readFileSync } from 'node:fs';
import { Authority } from './support/certificates.mjs';
import { assertProblem, call, text } from './support/http.mjs';
import { request } from './support/http2.mjs';
import { scenario } from './support/stage.mjs';
import { bearer, newToken, TokenFile } from './support/tokens.mjs';
import { patience, until, within } from './support/wait.mjs';
import { WebhookServer } from './support/webhook.mjs';

const row = (name, certificate, rights) => ({ row: { name, certificate, ...rights } });

/** A node that asks for certificates, its authority, and `as(files)`: the node as seen by who shows them. */
async function secured(stage, keys, config = {}) {
  const authority = new Authority(stage);
  const own = authority.issue('DNS:a.example');
  const file = new TokenFile(stage, ...keys);
  const node = stage.prepare({
    auth: ['token'],
    token: { file: file.path },
    tls: { certificate: [own.certificate], key: [own.key], client_ca: [authority.file] },
    ...config,
  });
  node.tls = { ca: authority.pem, servername: 'a.example' };
  await node.start();
  const as = ({ certificate, key }) => ({
    port: node.port,
    tls: { ...node.tls, cert: readFileSync(certificate), key: readFileSync(key) },
  });
  return { node, authority, file, as };
}

const post = (node, channel, headers = {}) =>
  call(node, 'POST', `/publish/${channel}`, { body: 'x', headers: { ...text, ...headers } });

scenario('a certificate gives the rights and the identity of the row that names it', async (stage) => {
  const { node, authority, as } = await secured(stage, [
    row('billing', 'CN=billing,O=Example', { publish: ['invoices'], subscribe: ['user-{sub}'] }),
    row('worker', 'URI:spiffe://example/worker', { publish: ['*'] }),
  ]);
  const billing = as(authority.issue('', { subject: '/O=Example/CN=billing' }));
  const worker = as(authority.issue('DNS:x,URI:spiffe://example/worker', { subject: '/CN=billing' }));
  const nobody = as(authority.issue('DNS:nobody', { subject: '/CN=billing' }));
  assert.equal((await post(billing, 'invoices')).status, 200);
  assertProblem(await post(billing, 'other'), 403);
  assert.equal((await stage.subscribe(billing, '/subscribe/user-billing')).status, 200);
  assertProblem(await call(billing, 'GET', '/subscribe/user-worker'), 403);
  assert.equal((await post(worker, 'other')).status, 200);
  assertProblem(await post(nobody, 'invoices'), 401);
  assertProblem(await post(node, 'invoices'), 401);
});

scenario('a token goes before a certificate, and a bad one is not helped by it', async (stage) => {
  const key = await newToken({ name: 'bob', publish: 'b' });
  const { authority, as } = await secured(stage, [row('alice', 'CN=alice', { publish: ['a'] }), key]);
  const alice = as(authority.issue('', { subject: '/CN=alice' }));
  assert.equal((await post(alice, 'a')).status, 200);
  assert.equal((await post(alice, 'b', bearer(key.token))).status, 200);
  assertProblem(await post(alice, 'a', bearer(key.token)), 403);
  for (const bad of ['sse_unknown', 'opaque']) assertProblem(await post(alice, 'a', bearer(bad)), 401);
  assertProblem(await post(alice, 'a', { authorization: 'Basic YTpi' }), 401);
});

scenario('who is known by no row is not taken for anybody, and who shows nothing is', async (stage) => {
  const { node, authority, as } = await secured(stage, [row('alice', 'CN=alice', { publish: ['a'] })], {
    auth: ['token', 'open'],
  });
  assert.equal((await post(node, 'c')).status, 200);
  assertProblem(await post(as(authority.issue('', { subject: '/CN=eve' })), 'c'), 401);
  assertProblem(await post(as(authority.issue('', { subject: '/CN=alice' })), 'c'), 403);
});

scenario('an endpoint of auth/webhook is shown the certificate, and decides by it', async (stage) => {
  const server = await WebhookServer.start(stage);
  server.answer = ({ certificate }) => [200, { allow: certificate?.names[0] === 'CN=alice', ttl: 60 }];
  const { node, authority, as } = await secured(stage, [row('billing', 'CN=billing', { publish: ['*'] })], {
    auth: ['token', 'webhook', 'open'],
    webhook: { url: server.url, anonymous: false },
  });
  const alice = as(authority.issue('URI:spiffe://example/alice', { subject: '/CN=alice' }));
  assert.equal((await post(alice, 'a')).status, 200);
  const { certificate, token } = server.asked[0];
  assert.deepEqual([certificate.names, token], [['CN=alice', 'URI:spiffe://example/alice'], null]);
  assert.ok(Math.abs(certificate.expires - Date.now() / 1000 - 86400) < 600, `${certificate.expires}`);
  assertProblem(await post(as(authority.issue('', { subject: '/CN=eve' })), 'a'), 403);
  assert.equal((await post(alice, 'a')).status, 200);
  assert.equal(server.asked.length, 2);
  assert.equal((await post(as(authority.issue('', { subject: '/CN=billing' })), 'a')).status, 200);
  assert.equal((await post(node, 'a')).status, 200);
  assert.equal(server.asked.length, 2, 'for who is known elsewhere, or shows nothing, it is not asked');
});

scenario('a certificate of another authority, or one that is over, ends the handshake', async (stage) => {
  const { node, authority, as } = await secured(stage, [row('alice', 'CN=alice', { admin: ['*'] })]);
  const forged = new Authority(stage, 'authority').issue('', { subject: '/CN=alice' });
  const over = authority.issue('', { subject: '/CN=alice', endsIn: -60 });
  for (const bad of [forged, over]) await assert.rejects(post(as(bad), 'a'), /alert|reset|socket hang up/i);
  await until('it is told', () => /tls-failed.*certificate is not accepted/.test(node.log));
  const alice = as(authority.issue('', { subject: '/CN=alice' }));
  assert.match((await call(alice, 'GET', '/metrics')).body, /^sse_server_tls_failures_total [2-9]/m);
});

scenario('by HTTP/2 all streams of a connection are its certificate owner’s', async (stage) => {
  const { node, authority, as } = await secured(stage, [row('alice', 'CN=alice', { publish: ['a'] })]);
  const { tls } = as(authority.issue('', { subject: '/CN=alice' }));
  const session = http2.connect(`https://127.0.0.1:${node.port}`, tls);
  session.on('error', () => {});
  stage.defer(() => session.destroy());
  await within('the connection', new Promise((done) => session.once('remoteSettings', done)), 8000);
  assert.equal((await request(session, 'POST', '/publish/a', { headers: text, body: 'x' })).status, 200);
  assert.equal((await request(session, 'POST', '/publish/b', { headers: text, body: 'x' })).status, 403);
});

scenario('a stream ends when its row goes, and with its certificate', async (stage) => {
  const rights = { subscribe: ['*'] };
  const { node, authority, file, as } = await secured(stage, [
    row('alice', 'CN=alice', rights),
    row('bob', 'CN=bob', rights),
  ]);
  const alice = await stage.subscribe(as(authority.issue('', { subject: '/CN=alice' })), '/subscribe/c');
  const short = authority.issue('', { subject: '/CN=bob', endsIn: 8 * patience });
  const bob = await stage.subscribe(as(short), '/subscribe/c');
  await until('bob is warned', () => bob.blocks.some((block) => block.event === 'token-expiring'), 8000);
  file.write(row('bob', 'CN=bob', rights));
  node.program.signal('SIGHUP');
  await until('alice is gone', () => alice.ended);
  await until('bob is gone', () => bob.ended, 12000);
});
