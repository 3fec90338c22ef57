// SIGHUP: what it takes, what waits for a restart, and that a wrong configuration changes nothing.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import tls from 'node:tls';
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
