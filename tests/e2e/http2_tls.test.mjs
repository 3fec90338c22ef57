// HTTP/2 by ALPN.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http2 from 'node:http2';
import tls from 'node:tls';
import { promisify } from 'node:util';
import { text } from './support/http.mjs';
import { request, subscribe } from './support/http2.mjs';
import { scenario } from './support/stage.mjs';
import { tlsNode } from './support/tls_node.mjs';
import { patience, until, within } from './support/wait.mjs';

const run = promisify(execFile);

async function connect(stage, { node, certificate }) {
  const session = http2.connect(`https://localhost:${node.port}`, { ca: readFileSync(certificate) });
  session.on('error', () => {});
  stage.defer(() => session.destroy());
  await within('the connection', new Promise((done) => session.once('remoteSettings', done)), 8000);
  return session;
}

/** What ALPN chooses among `offered`. */
async function chosen({ node, certificate }, offered) {
  const options = { host: 'localhost', port: node.port, ca: readFileSync(certificate), ALPNProtocols: offered };
  const socket = tls.connect(options);
  const done = new Promise((yes, no) => socket.once('secureConnect', yes).once('error', no));
  await within('the handshake', done, 8000);
  socket.destroy();
  return socket.alpnProtocol;
}

scenario('ALPN chooses h2 where the client offers it and http2.enabled allows it', async (stage) => {
  const secure = await tlsNode(stage);
  assert.equal(await chosen(secure, ['http/1.1', 'h2']), 'h2');
  assert.equal(await chosen(secure, ['http/1.1']), 'http/1.1');
  const without = await tlsNode(stage, { http2: { enabled: false } });
  assert.equal(await chosen(without, ['h2', 'http/1.1']), 'http/1.1');
});

scenario('curl speaks both over TLS', async (stage) => {
  const { node, certificate } = await tlsNode(stage);
  const curl = ['-sS', '-i', '-m', `${10 * patience}`, '--cacert', certificate];
  const url = `https://localhost:${node.port}/livez`;
  assert.match((await run('curl', [...curl, '--http2', url])).stdout, /^HTTP\/2 200 /);
  assert.match((await run('curl', [...curl, '--http1.1', url])).stdout, /^HTTP\/1\.1 200 /);
});

scenario('many streams on one connection by TLS get every event, large ones too', async (stage) => {
  const secure = await tlsNode(stage);
  const session = await connect(stage, secure);
  session.setLocalWindowSize(16 << 20);
  const readers = await Promise.all(Array.from({ length: 50 }, () => subscribe(session, '/subscribe/c')));
  for (const size of [10, 5000, 50000]) {
    const answer = await request(session, 'POST', '/publish/c', { headers: text, body: 'x'.repeat(size) });
    assert.equal(answer.status, 200);
  }
  for (const reader of readers) {
    await until('all of them', () => reader.data().length === 3, 10000);
    assert.deepEqual(
      reader.data().map((data) => data.length),
      [10, 5000, 50000],
    );
  }
  assert.equal(await secure.metric('sse_server_http2_connections'), 1);
});

scenario('a drain says goodbye by TLS too', async (stage) => {
  const secure = await tlsNode(stage);
  const session = await connect(stage, secure);
  const reader = await subscribe(session, '/subscribe/c');
  secure.node.program.signal('SIGTERM');
  assert.equal((await within('the end', secure.node.program.exited, 10000)).code, 0);
  await until('the stream has ended', () => reader.closed);
  assert.equal(reader.ended, true);
});
