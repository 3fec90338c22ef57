// The container image: what it holds, and how a container of it starts, is watched, and ends.
import assert from 'node:assert/strict';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { root } from '../e2e/support/process.mjs';
import { until } from '../e2e/support/wait.mjs';
import { withFolder } from '../helm/chart.mjs';
import { base, confined, image, imageTest, inspect, podman, ready, start, told } from './podman.mjs';

const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
const last = dockerfile.split(/^FROM /m).at(-1);

test('the Dockerfile ends as nobody, without a shell in between', () => {
  assert.match(last, /^USER 65532:65532$/m);
  assert.match(last, /^ENTRYPOINT \["sse-cluster"\]$/m);
  assert.match(last, /^CMD \["start"\]$/m);
  assert.match(last, /^HEALTHCHECK .*CMD \["sse-cluster", "probe"\]$/m);
});

test('the build sees what the Dockerfile copies, and nothing else', () => {
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap((found) => found[1].split(' '));
  const lines = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
  const admitted = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  assert.deepEqual([...new Set(copied)].sort(), admitted.sort());
  assert.ok(lines.includes('*'));
});

imageTest('the image adds less than 60 MB to its base', async () => {
  const size = (name) => Number(told('image', 'inspect', name, '--format', '{{.Size}}'));
  const added = (size(image) - size(base)) / 1e6;
  console.log(`note: the image adds ${added.toFixed(1)} MB to its base`);
  assert.ok(added > 1 && added < 60, `${added} MB`);
});

imageTest('its labels, user, ports and health check are set', async () => {
  const { Config } = inspect(image);
  assert.equal(Config.User, '65532:65532');
  assert.equal(Config.Labels['org.opencontainers.image.title'], 'sse-cluster');
  assert.deepEqual(Object.keys(Config.ExposedPorts).sort(), ['42000/tcp', '42000/udp', '8080/tcp']);
  const [{ Healthcheck }] = JSON.parse(told('image', 'inspect', image));
  assert.deepEqual(Healthcheck?.Test, ['CMD', 'sse-cluster', 'probe']);
  const version = told('run', '--rm', ...confined, image, '--version');
  assert.equal(version, `sse-cluster ${Config.Labels['org.opencontainers.image.version']}`);
});

imageTest('without configuration it runs a single node, with nothing writable and no shell', async (undo) => {
  const name = start(undo, ['--tmpfs=/usr/bin:ro,notmpcopyup', '--tmpfs=/usr/sbin:ro,notmpcopyup']);
  await ready(name);
  assert.notEqual(podman('exec', name, 'sh', '-c', 'true').status, 0, 'there is no shell');
  const trip = podman('exec', name, 'sse-cluster', 'probe', 'http://127.0.0.1:8080', '--round-trip', 'c');
  assert.equal(trip.status, 0, trip.output);
  await until('healthy', () => podman('healthcheck', 'run', name).status === 0, 60000);
  told('stop', '--time', '60', name);
  assert.equal(inspect(name).State.ExitCode, 0, podman('logs', name).output);
});

imageTest('every plugin and every ready-made configuration is there', async () => {
  const plugins = told('run', '--rm', ...confined, image, 'plugins');
  for (const name of ['gossip', 'dns', 'hosts', 'relay', 'open']) assert.match(plugins, new RegExp(`\\b${name}\\b`));
  const file = '/usr/local/share/sse-cluster/config/single.json';
  const checked = podman('run', '--rm', ...confined, image, 'check', '--config', file);
  assert.equal(checked.status, 0, checked.output);
});

imageTest('a wrong mount, an unreadable key, a wrong variable: exit 78 and a sentence', async () => {
  await withFolder((folder) => {
    chmodSync(folder, 0o755);
    writeFileSync(join(folder, 'key'), '0123456789abcdef', { mode: 0o600 });
    const run = (...args) => podman('run', '--rm', ...confined, `--volume=${folder}:/mounted:ro`, ...args);
    const missing = run(image, 'start', '--config', '/mounted/config.json');
    assert.equal(missing.status, 78, missing.output);
    assert.match(missing.output, /\/mounted\/config\.json/);
    const isFolder = run(image, 'start', '--config', '/mounted');
    assert.equal(isFolder.status, 78, isFolder.output);
    const unreadable = run('--env=GOSSIP_SECRET_KEY_FILE=/mounted/key', image);
    assert.equal(unreadable.status, 78, unreadable.output);
    assert.match(unreadable.output, /\/mounted\/key cannot be read: Permission denied/);
    const variable = run('--env=HTTP_PORT=tcp://10.0.0.1:80', image);
    assert.equal(variable.status, 78, variable.output);
    assert.match(variable.output, /HTTP_PORT/);
  });
});
