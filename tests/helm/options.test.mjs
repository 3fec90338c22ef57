// Values of options that the node refuses are refused by Helm.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import test from 'node:test';
import { run } from '../e2e/support/process.mjs';
import { file, refusal } from './chart.mjs';
import { refused, taken, unshapely } from './cases.mjs';

const nested = (key, value) => key.split('.').reduceRight((inner, name) => ({ [name]: inner }), value);
const config = (key, value) => ({ config: nested(key, value) });
const proof = { clusterSecret: 'c' };
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' });
const expiring = (expires) => ({
  config: { auth: ['token'] },
  secret: { ...proof, tokens: [{ name: 'a', hash: `sha256:${'0'.repeat(64)}`, expires }] },
});

test('every duration and size has its range', async () => {
  const options = JSON.parse((await run(['options', '--format', 'json'])).stdout);
  const measured = options.filter((one) => ['duration', 'size'].includes(one.type)).map((one) => one.key);
  const rows = file('files/ranges.txt').trim().split('\n').map((line) => line.split(' '));
  assert.deepEqual(rows.map(([key]) => key), measured.sort());
  for (const [key, type, least, most] of rows) {
    const unit = type === 'duration' ? 'ms' : 'B';
    const above = most === '-' ? '9'.repeat(19) : Number(most) + 1;
    for (const amount of Number(least) > 0 ? [Number(least) - 1, above] : [above]) {
      const told = new RegExp(`config\\.${key}: expected a ${type}.*, got ${amount}`);
      assert.match(refusal(config(key, amount + unit)), told);
    }
  }
});

refused({
  'no port of gossip': [config('gossip.port', 0), /config\.gossip\.port: 0 .*choose one/],
  'a discovery twice': [config('discovery', 'gossip,gossip'), /config\.discovery: names a plugin twice, gossip/],
  'an auth twice': [config('auth', ['open', 'open']), /config\.auth: names a plugin twice/],
  'an origin with a path': [config('http.cors.origins', ['https://a.b/']), /cors\.origins: .*"https:\/\/a\.b\/"/],
  'any origin': [config('http.cors.origins', '*'), /config\.http\.cors\.origins: expected an origin/],
  'a proxy by name': [config('http.trusted_proxies', ['proxy']), /config\.http\.trusted_proxies: .*"proxy"/],
  'a network that is too narrow': [config('http.trusted_proxies', '10.0.0.0/33'), /trusted_proxies: .*0\/33"/],
  'an original node by name': [config('relay.original_nodes', ['x']), /config\.relay\.original_nodes: .*"x"/],
  'a seed with a wrong port': [config('gossip.hosts', ['a:99999']), /config\.gossip\.hosts: .*"a:99999"/],
  'a seed with two ports': [config('gossip.hosts', ['a:1:2']), /config\.gossip\.hosts: .*"a:1:2"/],
  'a long label': [config('gossip.label', 'x'.repeat(256)), /config\.gossip\.label: expected at most 255 bytes/],
  'a header with its value': [
    config('webhook.headers', ['Authorization: x']),
    /config\.webhook\.headers: .*without its value/,
  ],
  'keys from another place': [
    { config: { auth: ['jwt'], jwt: { jwks: 'ftp://a/b' } }, secret: proof },
    /config\.jwt\.jwks: expected a file, or an http or https URL.*"ftp:\/\/a\/b"/,
  ],
  'keys by a user': [{ config: { auth: 'jwt', jwt: { jwks: 'https://u:p@a/b' } }, secret: proof }, /config\.jwt\.jwks: /],
  'a key that is no PEM': [{ config: { auth: 'jwt' }, secret: { ...proof, jwtKey: 'x' } }, /secret\.jwtKey: .*PEM/],
  'files that nothing mounts': [
    {
      config: {
        webhook: { secret_file: '/etc/sse-cluster/secrets/hook', ca_file: '/etc/sse-cluster/secrets/ca.pem' },
        token: { file: '/etc/sse-cluster/secrets/tokens.json' },
      },
    },
    /nothing puts \S+\/tokens\.json there[^]*nothing puts \S+\/ca\.pem there[^]*\/hook there; say it in secret\.files/,
  ],
  'files of reserved names': [
    { secret: { files: { 'gossip-key': 'x', 'jwt-secret': 'x', 'tokens.json': '{}' } } },
    /gossip-key is the chart's own name; say secret\.gossipKey[^]*secret\.jwtSecret[^]*secret\.tokens/,
  ],
  'a token until 31 February': [expiring('2037-02-31T00:00:00Z'), /secret\.tokens: a expires on 2037-02-31/],
});

unshapely({
  'authorities by a relative path': [{ tls: { enabled: true, existingSecret: 's', caFile: 'ca.crt' } }, '/tls/caFile'],
});

taken({
  'times and sizes at their bounds': {
    config: {
      cluster: { start_timeout: '10m' },
      limits: { headers: '256B', header_time: '10ms' },
      dns: { interval: '1d' },
      history: { peer_timeout: '1m' },
      stream: { heartbeat: '1s', send_buffer: 0 },
    },
    startupProbe: { failureThreshold: 700 },
  },
  'origins, proxies and nodes': {
    config: {
      http: {
        cors: { enabled: true, origins: 'https://a.b,http://[::1]:8080,app+x://y' },
        trusted_proxies: ['10.0.0.10', '10.0.0.0/8', 'fd00::/8', '::1/128'],
      },
      relay: { original_nodes: ['10.0.0.1', 'fd00::1'] },
      gossip: { hosts: ['a', 'a.b.:1', '[::1]:65535', '10.0.0.1:42000'], label: 'x'.repeat(255) },
    },
  },
  'any original node': config('relay.original_nodes', '*'),
  'a key in PEM': { config: { auth: 'jwt' }, secret: { ...proof, jwtKey: key } },
  'a file of secret.files': {
    config: {
      auth: ['webhook'],
      webhook: { url: 'https://a/', secret_file: '/etc/sse-cluster/secrets/hook', headers: ['Cookie', 'X-Api-Key'] },
    },
    secret: { ...proof, files: { hook: 'x' } },
  },
  'a token until 29 February': expiring('2036-02-29T00:00:00Z'),
});
