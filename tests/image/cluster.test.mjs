// Containers that form a cluster: compose.yaml as it stands, and the chart's pod.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { publish } from '../e2e/support/http.mjs';
import { freePort } from '../e2e/support/node.mjs';
import { root } from '../e2e/support/process.mjs';
import { Reader } from '../e2e/support/stream.mjs';
import { until } from '../e2e/support/wait.mjs';
import { YAML, only, podOf, render, withFolder } from '../helm/chart.mjs';
import { command, image, imageTest, inspect, podman, told } from './podman.mjs';

const compose = YAML.parse(readFileSync(join(root, 'compose.yaml'), 'utf8'), { merge: true });
const nodes = Object.entries(compose.services).filter(([, service]) => service.build);

test('compose.yaml has three nodes that name each other, with a port each and no rights', () => {
  assert.equal(nodes.length, 3);
  const names = nodes.map(([name]) => name);
  for (const [name, service] of nodes) {
    assert.equal(service.hostname, name, 'the host name is the name of the node');
    assert.deepEqual(service.environment.GOSSIP_HOSTS.split(','), names);
    assert.equal(service.read_only, true);
    assert.deepEqual(service.cap_drop, ['ALL']);
    assert.equal(service.profiles, undefined);
  }
  assert.equal(new Set(nodes.map(([, service]) => service.ports[0].split(':')[0])).size, 3);
});

test('the profile of compose.yaml mounts what exists, and scrapes the nodes', () => {
  const watchers = Object.values(compose.services).filter((service) => service.profiles?.includes('watch'));
  assert.equal(watchers.length, 2);
  for (const mount of watchers.flatMap((service) => service.volumes)) readable(mount.split(':')[0]);
  const { scrape_configs: scrapes } = YAML.parse(readFileSync(join(root, 'deploy/prometheus.yml'), 'utf8'));
  const port = nodes[0][1].environment.ADMIN_PORT;
  assert.deepEqual(scrapes[0].static_configs[0].targets, nodes.map(([name]) => `${name}:${port}`));
});

function readable(path) {
  const { status, output } = command('ls', [join(root, path)]);
  assert.equal(status, 0, output);
}

/** Whether containers reach each other by name here. */
function namesWork(undo) {
  if (command('podman-compose', ['--version']).status !== 0) return 'no podman-compose';
  const name = `sse-test-${process.pid}`;
  undo.push(() => podman('network', 'rm', '--force', name));
  const made = podman('network', 'create', name);
  if (made.status !== 0) return made.output;
  const ran = podman('run', '--rm', '--network', name, image, '--version');
  return ran.status === 0 ? '' : ran.output;
}

imageTest('compose.yaml gives three nodes that find each other and carry events', async (undo) => {
  const why = namesWork(undo);
  if (why) return console.log(`note: compose.yaml is not run, as no network of containers works here: ${why}`);
  await withFolder(async (folder) => {
    const ports = new Map();
    const here = structuredClone(compose);
    for (const [name, service] of Object.entries(here.services)) {
      if (!service.build) delete here.services[name];
      delete service.build;
      ports.set(name, await freePort());
      Object.assign(service, { image, ports: [`${ports.get(name)}:8080`] });
    }
    const file = join(folder, 'compose.yaml');
    writeFileSync(file, YAML.stringify(here));
    const project = `sse${process.pid}`;
    const run = (...args) => command('podman-compose', ['-p', project, '-f', file, ...args]);
    try {
      const up = run('up', '--detach', '--no-build');
      assert.equal(up.status, 0, up.output);
      await carries(nodes.map(([name]) => ({ name, port: ports.get(name) })));
    } finally {
      run('down', '--timeout', '0');
      podman('network', 'rm', '--force', `${project}_default`);
    }
  });
});

/** Every node has links to the two others, and what is published at one arrives at each. */
async function carries(members) {
  for (const { name, port } of members) {
    await until(
      `${name} has two links`,
      async () => {
        const answer = await fetch(`http://127.0.0.1:${port}/status`).catch(() => undefined);
        const { cluster } = answer?.ok ? await answer.json() : { cluster: { nodes: [] } };
        return cluster.nodes.filter((one) => one.link === 'connected').length === 2;
      },
      90000,
    );
  }
  const readers = members.map((member) => new Reader(member, '/subscribe/c'));
  try {
    for (const reader of readers) {
      await reader.opened;
      await reader.firstBlock();
    }
    await publish(members[0], '/publish/c', { data: 'all' });
    for (const reader of readers) assert.equal((await reader.next()).data, '"all"');
  } finally {
    for (const reader of readers) reader.close();
  }
}

/** The chart's pod as `podman play kube` takes it: it knows no probe without a shell, no pod address, and here all
 *  share this host's network. */
function playable(objects) {
  const { metadata, spec } = podOf(objects);
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: 'my-sse-cluster-0' }, spec };
  spec.hostNetwork = true;
  for (const { secret } of spec.volumes) if (secret) secret.optional = false; // podman 4.3 crashes without it
  for (const container of spec.containers) {
    for (const key of ['ports', 'startupProbe', 'livenessProbe', 'readinessProbe']) delete container[key];
    for (const [i, { name, valueFrom }] of container.env.entries())
      if (valueFrom?.fieldRef?.fieldPath === 'status.podIP') container.env[i] = { name, value: '127.0.0.1' };
  }
  const map = only(objects, 'ConfigMap');
  map.data['config.json'] = map.data['config.json'].replaceAll('my-sse-cluster-headless', '127.0.0.1');
  return [map, only(objects, 'Secret'), pod].map((one) => YAML.stringify(one)).join('---\n');
}

imageTest('the pod of the chart runs in podman, and drains in the time that it gets', async (undo) => {
  const [http, admin, gossip] = [await freePort(), await freePort(), await freePort()];
  const [repository, tag] = image.split(/:(?=[^:]*$)/);
  const values = {
    image: { repository, tag },
    config: {
      http: { port: http },
      admin: { port: admin },
      gossip: { port: gossip },
      drain: { delay: '1s', window: '1s' },
    },
    secret: { clusterSecret: 'between-nodes', gossipKey: '0123456789abcdef' },
  };
  await withFolder(async (folder) => {
    const objects = render(values);
    const grace = podOf(objects).spec.terminationGracePeriodSeconds;
    const file = join(folder, 'pod.yaml');
    writeFileSync(file, playable(objects));
    const name = 'my-sse-cluster-0-sse-cluster';
    undo.push(() => {
      podman('pod', 'rm', '--force', 'my-sse-cluster-0');
      podman('volume', 'rm', '--force', 'my-sse-cluster');
      podman('secret', 'rm', 'my-sse-cluster');
    });
    const played = podman('play', 'kube', file);
    assert.equal(played.status, 0, played.output);
    const well = () => command('podman', ['exec', name, 'sse-cluster', 'probe', `http://127.0.0.1:${admin}/readyz`]);
    await until('ready', () => well().status === 0, 60000).catch((error) => {
      throw new Error(`${error.message}\n${podman('logs', name).output}`);
    });
    const state = inspect(name);
    assert.equal(state.HostConfig.ReadonlyRootfs, true);
    assert.equal(state.Config.User, '65532:65532');
    const trip = podman('exec', name, 'sse-cluster', 'probe', `http://127.0.0.1:${http}`, '--round-trip', 'c');
    assert.equal(trip.status, 0, trip.output);
    told('stop', '--time', String(grace), name);
    assert.equal(inspect(name).State.ExitCode, 0, podman('logs', name).output);
  });
});
