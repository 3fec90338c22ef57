// SIGHUP: what it takes, what waits for a restart, and that a wrong configuration changes nothing.
import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import tls from 'node:tls';
import { call, text } from './support/http.mjs';
import { scenario } from './support/stage.mjs';
import { tlsNode } from './support/tls_node.mjs';
import { bearer, newToken, TokenFile } from './support/tokens.mjs';
import { until, within } from './support/wait.mjs';

const ends = (node) => node.log.match(/"id":"(reloaded|reload-refused)"/g)?.length ?? 0;

/** Changes the configuration by `change` and has the node read it; what it logs from then on. */
async function reload(node, change) {
  change(node.config);
  writeFileSync(node.file, JSON.stringify(node.config));
  const [before, length] = [ends(node), node.log.length];
  node.program.signal('SIGHUP');
  await until('the node is done with it', () => ends(node) > before, 15000);
  return () => node.log.slice(length);
}

/** What a handshake by a client that checks no certificate comes to, both versions of HTTP offered. */
async function handshake(node) {
  const offers = { rejectUnauthorized: false, ALPNProtocols: ['h2', 'http/1.1'] };
  const socket = tls.connect({ host: '127.0.0.1', port: node.port, ...offers });
  const done = new Promise((yes, no) => socket.once('secureConnect', yes).once('error', no));
  await within('the handshake', done, 8000);
  const [protocol, { serialNumber: serial }] = [socket.alpnProtocol, socket.getPeerCertificate()];
  socket.destroy();
  return { protocol, serial };
}

for (const enabled of [true, false]) {
  scenario(`http2.enabled = ${!enabled} waits for a restart, in ALPN too`, async (stage) => {
    const { node } = await tlsNode(stage, { http2: { enabled } });
    const before = (await handshake(node)).protocol;
    assert.equal(before, enabled ? 'h2' : 'http/1.1');
    const told = await reload(node, (config) => (config.http2.enabled = !enabled));
    await until('it is told', () => /reload-needs-restart.*http2\.enabled/.test(told()));
    assert.equal((await handshake(node)).protocol, before);
  });
}

/** The status of a request to `port`, by TLS or plainly, or what went wrong. */
const livez = (port, how) =>
  call({ port, tls: how === 'https' && { rejectUnauthorized: false } }, 'GET', '/livez').then(
    (answer) => answer.status,
    (error) => error.code,
  );

scenario('TLS is begun and ended by a restart, and a reload says so', async (stage) => {
  const { node: secure } = await tlsNode(stage);
  const files = secure.config.tls;
  const waits = /reload-needs-restart.*tls\.certificate/;
  const ended = await reload(secure, (config) => delete config.tls);
  await until('it is told', () => waits.test(ended()));
  assert.equal(await livez(secure.port, 'https'), 200);
  assert.equal(await livez(secure.port, 'http'), 400);
  const plain = await stage.node();
  const begun = await reload(plain, (config) => (config.tls = files));
  await until('it is told', () => waits.test(begun()));
  assert.equal(await livez(plain.port, 'http'), 200);
  const again = await reload(plain, (config) => delete config.tls);
  await until('it is read', () => again().includes('"id":"reloaded"'));
  assert.doesNotMatch(again(), waits);
});

scenario('files of TLS that is yet to begin are checked', async (stage) => {
  const node = await stage.node();
  const told = await reload(node, (config) => (config.tls = { certificate: ['/nowhere'], key: ['/nowhere'] }));
  assert.match(told(), /reload-refused.*tls\.certificate: \/nowhere/);
});

const nowhere = ['/nowhere'];
const wrong = [
  ['files of TLS', /tls\.certificate: \/nowhere/, (config) => (config.tls = { certificate: nowhere, key: nowhere })],
  ['a plugin that is asked last', /jwt\.key: .*nowhere/, (config) => (config.jwt.key = nowhere)],
  ['a core option', /limits\.publish_rate/, (config) => (config.limits.publish_rate = -1)],
];
for (const [what, told, spoil] of wrong) {
  scenario(`a reload with a mistake changes nothing: ${what}`, async (stage) => {
    const [kept, gone] = [await newToken({ publish: '*' }), await newToken({ name: 'other', publish: '*' })];
    const file = new TokenFile(stage, kept, gone);
    const { node, certificate } = await tlsNode(stage, {
      auth: ['token', 'jwt'],
      token: { file: file.path },
      jwt: { secret: 'a secret of at least thirty-two bytes' },
    });
    node.tls = { rejectUnauthorized: false };
    const post = async ({ token }) =>
      (await call(node, 'POST', '/publish/c', { body: 'x', headers: { ...text, ...bearer(token) } })).status;
    const serial = async () => (await handshake(node)).serial;
    const before = await serial();
    const good = structuredClone(node.config);
    const fresh = await tlsNode(stage, { node: { name: 'n2' } });
    copyFileSync(fresh.certificate, certificate);
    copyFileSync(fresh.node.config.tls.key[0], good.tls.key[0]);
    file.write(kept);
    const refused = await reload(node, (config) => {
      config.limits = { publish_rate: 1 };
      spoil(config);
    });
    await until('it is told', () => refused().includes('reload-refused'));
    assert.match(refused(), told);
    assert.doesNotMatch(refused(), /"id":"reloaded"/);
    assert.deepEqual([await post(gone), await post(kept), await post(kept)], [200, 200, 200]);
    assert.equal(await serial(), before);
    node.config = { ...good, limits: { publish_rate: 1 } };
    await reload(node, () => {});
    assert.equal(await post(gone), 401);
    assert.notEqual(await serial(), before);
    await until('the rate counts', async () => (await post(kept)) === 429);
  });
}
