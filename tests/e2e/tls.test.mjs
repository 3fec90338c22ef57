// The port that speaks TLS: versions, names, sessions, reload, and what scanners make of it.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import tls from 'node:tls';
import { promisify } from 'node:util';
import { Authority } from './support/certificates.mjs';
import { assertProblem, call, publish } from './support/http.mjs';
import { scenario } from './support/stage.mjs';
import { patience, until, within } from './support/wait.mjs';

const run = promisify(execFile);

/** A node with one certificate for each of `names`; requests check the first. */
async function secured(stage, names = ['DNS:a.example'], config = {}) {
  const authority = new Authority(stage);
  const pairs = names.map((each) => authority.issue(each));
  const files = { certificate: pairs.map((pair) => pair.certificate), key: pairs.map((pair) => pair.key) };
  const node = stage.prepare({ ...config, tls: files });
  node.tls = { ca: authority.pem, servername: 'a.example' };
  await node.start();
  return { node, authority, files };
}

/** A TLS connection that is established; closed with the stage. */
async function connect(stage, node, options = {}) {
  const socket = tls.connect({ host: '127.0.0.1', port: node.port, ...node.tls, ...options });
  stage.defer(() => socket.destroy());
  const done = new Promise((yes, no) => socket.once('secureConnect', yes).once('error', no));
  await within('the handshake', done, 8000);
  return socket;
}

/** Why a handshake failed, as the client tells it; empty where it did not. */
const failure = (stage, node, options) =>
  connect(stage, node, options).then(
    () => '',
    (error) => `${error.code} ${error.message}`,
  );

/** One request on `socket`, so that what the server says behind the handshake has come as well. */
async function ask(socket) {
  let got = '';
  socket.on('data', (bytes) => (got += bytes));
  socket.write('GET /livez HTTP/1.1\r\nHost: a\r\n\r\n');
  await until('the answer', () => got.includes('\r\n\r\n'));
  assert.match(got, /^HTTP\/1\.1 200 /);
}

for (const version of ['TLSv1.2', 'TLSv1.3']) {
  scenario(`a session of ${version} is taken up again, until the certificates change`, async (stage) => {
    const { node } = await secured(stage);
    const only = { minVersion: version, maxVersion: version };
    const first = await connect(stage, node, only);
    let session;
    first.on('session', (bytes) => (session = bytes));
    await ask(first);
    await until('a ticket', () => session ?? (version === 'TLSv1.2' && (session = first.getSession())));
    assert.equal(first.isSessionReused(), false);
    const second = await connect(stage, node, { ...only, session });
    assert.equal(second.isSessionReused(), true);
    await ask(second);
    assert.equal(await node.metric('sse_server_tls_resumed_total'), 1);
    node.program.signal('SIGHUP');
    await until('it is taken', () => node.log.includes('"id":"reloaded"'));
    assert.equal((await connect(stage, node, { ...only, session })).isSessionReused(), false);
  });
}

scenario('the certificate is the one of the name that the client asks for, else the first', async (stage) => {
  const { node } = await secured(stage, ['DNS:a.example', 'DNS:b.example,DNS:c.example', 'DNS:*.d.example']);
  const shown = async (servername) => {
    const socket = await connect(stage, node, { servername, checkServerIdentity: () => undefined });
    return socket.getPeerCertificate().subjectaltname;
  };
  assert.equal(await shown('a.example'), 'DNS:a.example');
  assert.equal(await shown('C.example'), 'DNS:b.example, DNS:c.example');
  assert.equal(await shown('x.d.example'), 'DNS:*.d.example');
  for (const none of ['x.y.d.example', 'd.example', 'else.example', '']) {
    assert.equal(await shown(none), 'DNS:a.example');
  }
});

scenario('a reload changes the certificate and no stream ends', async (stage) => {
  const { node, authority, files } = await secured(stage);
  const reader = await stage.subscribe(node, '/subscribe/c');
  const before = (await connect(stage, node)).getPeerCertificate().serialNumber;
  const fresh = authority.issue('DNS:a.example');
  copyFileSync(fresh.certificate, files.certificate[0]);
  node.program.signal('SIGHUP');
  await until('half a pair is refused', () => /reload-refused.*tls\.key: .*expected the key of/.test(node.log));
  assert.equal((await connect(stage, node)).getPeerCertificate().serialNumber, before);
  copyFileSync(fresh.key, files.key[0]);
  node.program.signal('SIGHUP');
  await until('the pair is taken', () => node.log.includes('"id":"reloaded"'));
  assert.notEqual((await connect(stage, node)).getPeerCertificate().serialNumber, before);
  await publish(node, '/publish/c', { data: 'still here' });
  assert.equal((await reader.next()).data, '"still here"');
});

scenario('plain HTTP on the port is told in plain HTTP what is wrong', async (stage) => {
  const { node } = await secured(stage);
  const answer = await call({ port: node.port }, 'GET', '/subscribe/c');
  assert.match(assertProblem(answer, 400).detail, /expects TLS.*https:\/\//);
  await until('it is told', () => /tls-failed.*plain text/.test(node.log));
});

scenario('versions before TLS 1.2, weak ciphers and unknown protocols are refused', async (stage) => {
  const { node } = await secured(stage);
  const weak = { ciphers: 'ALL:@SECLEVEL=0' };
  for (const version of ['TLSv1', 'TLSv1.1']) {
    assert.match(await failure(stage, node, { ...weak, minVersion: version, maxVersion: version }), /PROTOCOL_VERSION/);
  }
  const old = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' };
  for (const ciphers of ['AES128-SHA:@SECLEVEL=0', 'ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0', 'aNULL:@SECLEVEL=0']) {
    assert.match(await failure(stage, node, { ...old, ciphers }), /HANDSHAKE_FAILURE/, ciphers);
  }
  assert.match(await failure(stage, node, { ALPNProtocols: ['spdy/3'] }), /NO_APPLICATION_PROTOCOL/);
  assert.equal(await failure(stage, node, old), '');
});

scenario('a client cannot renegotiate', async (stage) => {
  const { node } = await secured(stage);
  const socket = await connect(stage, node, { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' });
  await ask(socket);
  const outcome = new Promise((done) => {
    socket.on('error', done);
    socket.on('close', () => done(new Error('closed')));
    socket.renegotiate({}, (error) => done(error ?? 'renegotiated'));
  });
  assert.ok((await within('an end of it', outcome, 8000)) instanceof Error);
});

const hasSslscan = (() => {
  try {
    return execFileSync('sslscan', ['--version']).length > 0;
  } catch {
    return false;
  }
})();

const attributes = (text) =>
  Object.fromEntries([...text.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [key, value]));
const elements = (xml, name) =>
  [...xml.matchAll(new RegExp(`<${name}\\b([^>]*)>`, 'g'))].map(([, text]) => attributes(text));

scenario(
  'sslscan finds nothing that is less than strong',
  async (stage) => {
    const { node } = await secured(stage);
    const words = ['--xml=-', '--sni-name=a.example', '--no-colour', `127.0.0.1:${node.port}`];
    const { stdout: xml } = await run('sslscan', words, { timeout: 50000 * patience });
    const enabled = elements(xml, 'protocol').filter((one) => one.enabled === '1');
    assert.deepEqual(enabled.map((one) => `${one.type} ${one.version}`).sort(), ['tls 1.2', 'tls 1.3']);
    const ciphers = elements(xml, 'cipher');
    assert.ok(ciphers.length >= 5, xml);
    for (const one of ciphers) assert.match(one.cipher, /^(ECDHE-ECDSA|TLS)[-_](AES|CHACHA)/, JSON.stringify(one));
    for (const one of ciphers) assert.equal(one.strength, one.sslversion === 'TLSv1.3' ? one.strength : 'strong');
    assert.ok(ciphers.every((one) => Number(one.bits) >= 128));
    for (const one of elements(xml, 'heartbleed')) assert.equal(one.vulnerable, '0');
    for (const one of elements(xml, 'compression')) assert.equal(one.supported, '0');
    for (const one of elements(xml, 'renegotiation')) assert.ok(one.supported === '0' || one.secure === '1', xml);
    const groups = elements(xml, 'group').map((one) => one.name);
    assert.deepEqual([...new Set(groups)].sort(), ['secp256r1 (NIST P-256)', 'secp384r1 (NIST P-384)', 'x25519']);
    assert.equal((await call(node, 'GET', '/livez')).status, 200);
  },
  { seconds: 60, skip: hasSslscan ? false : 'no sslscan here: scripts/install-packages test' },
);
