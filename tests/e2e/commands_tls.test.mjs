// The clients among the commands by TLS, and with tokens.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Authority } from './support/certificates.mjs';
import { freePort } from './support/node.mjs';
import { Program, run } from './support/process.mjs';
import { scenario } from './support/stage.mjs';
import { newToken, TokenFile } from './support/tokens.mjs';
import { until } from './support/wait.mjs';

const at = (node, path, host = 'localhost') => `https://${host}:${node.port}${path}`;

/** A ready node whose only port speaks TLS by a certificate for `names`, and the authority that signed it. */
async function secured(stage, { names = 'DNS:localhost', endsIn, asks, ...config } = {}) {
  const authority = new Authority(stage);
  const { certificate, key } = authority.issue(names, { endsIn });
  const tls = { certificate: [certificate], key: [key], client_ca: asks ? [authority.file] : undefined };
  const node = stage.prepare({ http: { port: await freePort() }, tls, ...config });
  node.tls = { rejectUnauthorized: false };
  await node.start();
  return { node, authority, ca: ['--ca-file', authority.file] };
}

/** A running `subscribe --json`, and its events so far. */
function subscriber(stage, args, options) {
  const client = new Program(['subscribe', '--json', ...args], options);
  stage.defer(() => client.signal('SIGKILL'));
  const lines = () => client.stdout.split('\n').slice(0, -1);
  return { client, data: () => lines().map((line) => JSON.parse(line).data) };
}

scenario('publish and subscribe by https, over one connection for many lines', async (stage) => {
  const { node, ca } = await secured(stage);
  const first = await run(['publish', at(node, '/publish/c'), ...ca, '--id', 'i0', 'zero']);
  assert.equal(first.code, 0, first.output);
  const { client, data } = subscriber(stage, [at(node, '/subscribe/c'), ...ca, '--last-event-id', 'i0']);
  await until('it is subscribed', async () => (await node.metric('sse_stream_subscribers')) === 1);
  const handshakes = () => node.metric('sse_server_tls_handshakes_total');
  const before = await handshakes();
  const long = 'x'.repeat(300_000);
  const lines = await run(['publish', at(node, '/publish/c'), ...ca, '-'], { input: `one\n${long}\nthree\n` });
  assert.equal(lines.code, 0, lines.output);
  assert.equal(lines.stdout.trim().split('\n').length, 3);
  assert.equal(await handshakes(), before + 2, 'the lines shared one, the other asked for this figure');
  await until('all came', () => data().length === 3);
  assert.deepEqual(data(), ['one', long, 'three']);
  client.signal('SIGTERM');
  assert.deepEqual(await client.exited, { code: 0, signal: null });
});

scenario('subscribe by https goes on across a restart of its node', async (stage) => {
  const ports = [await freePort(), await freePort()];
  const authority = new Authority(stage);
  const { certificate, key } = authority.issue('DNS:localhost,IP:127.0.0.1');
  const config = (name, port) => ({
    node: { name },
    http: { port },
    hosts: { peers: ports.map((one) => `127.0.0.1:${one}`) },
    tls: { certificate: [certificate], key: [key] },
    relay: { ca_file: authority.file },
    stream: { retry: '200ms' },
  });
  const [a, b] = ports.map((port, at) => stage.prepare(config(`n${at}`, port)));
  for (const node of [a, b]) node.tls = { rejectUnauthorized: false };
  await Promise.all([a.start(), b.start()]);
  const linked = async (node) => (await node.status()).cluster.nodes.some((peer) => peer.link === 'connected');
  await until('both are linked', async () => (await linked(a)) && (await linked(b)), 15000);
  const ca = ['--ca-file', authority.file];
  const publish = async (node, text) => {
    const { code, output } = await run(['publish', at(node, '/publish/c'), ...ca, text]);
    assert.equal(code, 0, output);
  };
  const { data } = subscriber(stage, [at(a, '/subscribe/c'), ...ca]);
  await until('it is subscribed', async () => (await a.metric('sse_stream_subscribers')) === 1);
  await publish(a, 'before');
  await until('the first came', () => data().length === 1);
  assert.equal((await a.stop()).code, 0);
  await publish(b, 'meanwhile');
  await a.start();
  await publish(a, 'after');
  await until('the rest came', () => data().includes('after'), 15000);
  assert.deepEqual(data(), ['before', 'meanwhile', 'after']);
});

scenario('a certificate that does not hold is refused, and why is told', async (stage) => {
  const { node, authority, ca } = await secured(stage, { names: 'DNS:a.example' });
  const url = at(node, '/publish/c');
  const stranger = new Authority(stage, 'stranger');
  const cases = [
    [[], /certificate is not accepted: unable to get local issuer certificate/],
    [['--ca-file', stranger.file], /certificate is not accepted: unable to get local issuer certificate/],
    [ca, /certificate is not accepted: hostname mismatch, expected localhost/],
    [[...ca, '--server-name', 'b.example'], /hostname mismatch, expected b\.example/],
  ];
  for (const [flags, why] of cases) {
    const published = await run(['publish', url, ...flags, 'x']);
    assert.equal(published.code, 1, published.output);
    assert.match(published.stderr, why);
    const subscribed = await run(['subscribe', at(node, '/subscribe/c'), ...flags]);
    assert.equal(subscribed.code, 1, subscribed.output);
    assert.match(subscribed.stderr, why);
    const probed = await run(['probe', at(node, '/readyz'), ...flags]);
    assert.equal(probed.code, 1, probed.output);
    assert.match(probed.stderr, why);
  }
  const named = await run(['publish', url, ...ca, '--server-name', 'a.example', 'x']);
  assert.equal(named.code, 0, named.output);
  const open = await run(['publish', url, '--insecure', 'x']);
  assert.equal(open.code, 0, open.output);
  assert.match(open.stderr, /--insecure: the server's certificate is not checked/);
  const { code, stderr } = await run(['publish', url, '--ca-file', join(authority.folder, 'none'), 'x']);
  assert.equal(code, 78);
  assert.match(stderr, /^--ca-file: .*none: /);
});

scenario('the system’s authorities are those that SSL_CERT_FILE names', async (stage) => {
  const { node, authority } = await secured(stage);
  const env = { SSL_CERT_FILE: authority.file };
  const { code, output } = await run(['publish', at(node, '/publish/c'), 'x'], { env });
  assert.equal(code, 0, output);
});

scenario('https to a plain port and http to one of TLS fail in words', async (stage) => {
  const plain = await stage.node();
  for (const words of [['publish', at(plain, '/publish/c'), 'x'], ['subscribe', at(plain, '/subscribe/c')]]) {
    const { code, stderr } = await run([...words, '--insecure']);
    assert.equal(code, 1);
    assert.match(stderr, /TLS: the other side answered without TLS/);
  }
  const { node } = await secured(stage);
  const { code, stderr } = await run(['publish', `http://localhost:${node.port}/publish/c`, 'x']);
  assert.equal(code, 1);
  assert.match(stderr, /400 Bad Request: .*TLS/);
});

scenario('a client shows its certificate, and is told where none is enough', async (stage) => {
  const token = new TokenFile(stage, { row: { name: 'alice', certificate: 'CN=alice', publish: ['a'] } });
  const { node, authority, ca } = await secured(stage, { asks: true, auth: ['token'], token: { file: token.path } });
  const alice = authority.issue('', { subject: '/CN=alice' });
  const eve = new Authority(stage, 'stranger').issue('', { subject: '/CN=alice' });
  const publish = (...flags) => run(['publish', at(node, '/publish/a'), ...ca, ...flags, 'x']);
  const shown = ({ certificate, key }) => ['--certificate', certificate, '--key', key];
  const good = await publish(...shown(alice));
  assert.equal(good.code, 0, good.output);
  const without = await publish();
  assert.equal(without.code, 1);
  assert.match(without.stderr, /401 Unauthorized/);
  const bad = await publish(...shown(eve));
  assert.equal(bad.code, 1);
  assert.match(bad.stderr, /TLS: .*the other side refused: /);
  const subscribed = await run(['subscribe', at(node, '/subscribe/a'), '--insecure', ...shown(eve)]);
  assert.equal(subscribed.code, 1);
  assert.match(subscribed.stderr, /TLS: .*the other side refused: /);
  const half = await publish('--certificate', alice.certificate);
  assert.equal(half.code, 78);
  assert.match(half.stderr, /--key: expected it together with --certificate/);
});

scenario('a token goes along by flag or variable, with every command', async (stage) => {
  const key = await newToken({ name: 'bob', publish: 'c', subscribe: 'c' });
  const file = new TokenFile(stage, key);
  const node = await stage.node({ auth: ['token'], token: { file: file.path } });
  const url = `http://127.0.0.1:${node.port}`;
  const env = { SSE_CLUSTER_TOKEN: key.token };
  const refused = await run(['publish', `${url}/publish/c`, 'x']);
  assert.match(refused.stderr, /401/);
  const flag = await run(['publish', `${url}/publish/c`, '--token', key.token, '--id', 'i0', 'one']);
  assert.equal(flag.code, 0, flag.output);
  const variable = await run(['publish', `${url}/publish/c`, '-'], { env, input: 'two\nthree\n' });
  assert.equal(variable.code, 0, variable.output);
  const { data } = subscriber(stage, [`${url}/subscribe/c`, '--last-event-id', 'i0'], { env });
  await until('both came', () => data().length === 2);
  assert.deepEqual(data(), ['two', 'three']);
  const trip = await run(['probe', url, '--round-trip', 'c'], { env, deadline: 30000 });
  assert.equal(trip.code, 0, trip.output);
});

scenario('probe publishes, subscribes and resumes by https', async (stage) => {
  const { node, ca } = await secured(stage);
  const { code, output } = await run(['probe', at(node, '/'), ...ca, '--round-trip', 'c'], { deadline: 30000 });
  assert.equal(code, 0, output);
  assert.match(output, /subscribed\npublished, and received as .+\nresumed, and received as .+\n$/);
});

scenario('probe asks the own node by TLS where its port speaks it', async (stage) => {
  const { node } = await secured(stage, { names: 'DNS:a.example', asks: true });
  const { code, output } = await run(['probe', '--config', node.file]);
  assert.equal(code, 0, output);
  assert.equal(output, '');
  const admin = await freePort();
  const both = await secured(stage, { admin: { port: admin } });
  assert.equal((await run(['probe', '--config', both.node.file])).code, 0, 'the admin port speaks plainly');
  assert.equal((await both.node.stop()).code, 0);
  const gone = await run(['probe', '--config', both.node.file]);
  assert.equal(gone.code, 1);
  assert.match(gone.stderr, new RegExp(`^probe: http://127.0.0.1:${admin}/livez: `));
  const flag = await run(['probe', '--insecure', '--config', node.file]);
  assert.equal(flag.code, 78);
  assert.match(flag.stderr, /probe: expected a URL beside --insecure/);
});

scenario('the own node is well with a certificate that has ended', async (stage) => {
  const { node, ca } = await secured(stage, { endsIn: -60 });
  assert.equal((await run(['probe', '--config', node.file])).code, 0);
  const asked = await run(['probe', at(node, '/livez'), ...ca]);
  assert.equal(asked.code, 1);
  assert.match(asked.stderr, /certificate has expired/);
});
