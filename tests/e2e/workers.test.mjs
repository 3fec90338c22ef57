// What blocks or takes long, off the loops: many pages at once, and names that DNS is silent about.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import dgram from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call } from './support/http.mjs';
import { freePort } from './support/node.mjs';
import { scenario } from './support/stage.mjs';
import { until } from './support/wait.mjs';

const within = async (ms, body) => {
  const begin = Date.now();
  const result = await body();
  assert.ok(Date.now() - begin < ms, `it took ${Date.now() - begin} ms`);
  return result;
};

for (const page of ['/metrics', '/status']) {
  scenario(`many who ask for ${page} at once are refused for now, and no plugin suffers`, async (stage) => {
    const config = { http: { threads: 1 }, hosts: { peers: ['localhost:9'], interval: '200ms' } };
    const node = await stage.node(config);
    const wires = [];
    for (let i = 0; i < 400; i++) wires.push(await stage.wire(node));
    await node.program.freeze();
    for (const wire of wires) wire.send(`GET ${page} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
    node.program.signal('SIGCONT');
    const statuses = [];
    for (const wire of wires) statuses.push((await wire.expect(/^HTTP\/1\.1 (\d+)[^]*?\r\n\r\n/)));
    const refused = statuses.filter(([, status]) => status !== '200');
    assert.ok(refused.length > 0 && refused.length <= 400 - 64, `${refused.length} refused`);
    for (const [head] of refused) assert.match(head, /^HTTP\/1\.1 503 [^]*\r\nRetry-After: \d+\r\n/);
    assert.equal(await node.metric('sse_api_pages_refused_total'), refused.length);
    assert.equal(await node.metric('sse_workers_refused_total'), 0);
    assert.equal(await node.probe('/readyz'), 200);
  });
}

const silence = '127.0.0.99';

/** Why there can be no silent DNS here, or nothing. */
function missing() {
  const probe = spawnSync('unshare', ['-m', 'sh', '-c', 'mount --bind /etc/hosts /etc/resolv.conf']);
  return probe.status === 0 ? false : `mounts of its own are not permitted here: ${probe.stderr ?? probe.error}`;
}

/** The prefix of a program for which no name server ever answers. */
async function silentDns(stage) {
  const folder = mkdtempSync(join(tmpdir(), 'sse-silent-'));
  stage.defer(() => rmSync(folder, { recursive: true, force: true }));
  const hole = dgram.createSocket('udp4');
  stage.defer(() => hole.close());
  await new Promise((done, failed) => hole.once('error', failed).bind(53, silence, done));
  const file = join(folder, 'resolv.conf');
  writeFileSync(file, `nameserver ${silence}\noptions timeout:20\n`);
  return ['unshare', '-m', 'sh', '-c', `mount --bind ${file} /etc/resolv.conf && exec "$@"`, 'silent'];
}

scenario(
  'with DNS silent pages are answered, and the node stops',
  async (stage) => {
    const prefix = await silentDns(stage);
    const gossip = { bind: '127.0.0.1', port: await freePort(), hosts: ['g1.example.test', 'g2.example.test'] };
    const config = {
      admin: { port: await freePort() },
      discovery: ['hosts', 'gossip'],
      gossip,
      hosts: { peers: ['h1.example.test:80', 'h2.example.test:80'] },
      auth: ['jwt', 'webhook'],
      jwt: { jwks: 'https://keys.example.test/jwks' },
      webhook: { url: 'https://hook.example.test/' },
    };
    const node = stage.prepare(config, { prefix });
    node.spawn();
    const admin = { address: '127.0.0.1', port: config.admin.port };
    const ask = (path) => call(admin, 'GET', path, { timeout: 2000 });
    await until('the node is there', () => ask('/livez').then((answer) => answer.status === 200, () => false));
    const asks = { address: '127.0.0.1', port: (await ask('/status')).json().node.http_port };
    const headers = { authorization: 'Bearer abc' };
    const unanswered = call(asks, 'GET', '/subscribe/c', { headers, timeout: 5000 }).catch(() => {});
    for (let i = 0; i < 3; i++) {
      for (const path of ['/status', '/metrics', '/channels']) {
        assert.equal((await within(1000, () => ask(path))).status, 200, path);
      }
    }
    const { code } = await within(6000, () => node.stop());
    assert.equal(code, 0);
    assert.match(node.log, /workers-left/);
    await unanswered;
  },
  { skip: missing() },
);
