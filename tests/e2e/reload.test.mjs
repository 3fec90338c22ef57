// SIGHUP: what it takes, what waits for a restart, and that a wrong configuration changes nothing.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import tls from 'node:tls';
import { call } from './support/http.mjs';
import { scenario } from './support/stage.mjs';
import { tlsNode } from './support/tls_node.mjs';
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

/** What ALPN chooses of both versions, for a client that checks no certificate. */
async function chosen(node) {
  const offers = { rejectUnauthorized: false, ALPNProtocols: ['h2', 'http/1.1'] };
  const socket = tls.connect({ host: '127.0.0.1', port: node.port, ...offers });
  const done = new Promise((yes, no) => socket.once('secureConnect', yes).once('error', no));
  await within('the handshake', done, 8000);
  socket.destroy();
  return socket.alpnProtocol;
}

for (const enabled of [true, false]) {
  scenario(`http2.enabled = ${!enabled} waits for a restart, in ALPN too`, async (stage) => {
    const { node } = await tlsNode(stage, { http2: { enabled } });
    const before = await chosen(node);
    assert.equal(before, enabled ? 'h2' : 'http/1.1');
    const told = await reload(node, (config) => (config.http2.enabled = !enabled));
    await until('it is told', () => /reload-needs-restart.*http2\.enabled/.test(told()));
    assert.equal(await chosen(node), before);
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
