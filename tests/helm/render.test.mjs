// What the chart gives is accepted by Helm and by the node.
import assert from 'node:assert/strict';
import { basename } from 'node:path';
import test from 'node:test';
import { run } from '../e2e/support/process.mjs';
import { checkConfig, configOf, folder, helmWith, kubernetes, nodeOf, only, ready, refusal, render } from './chart.mjs';
import { matrix } from './matrix.mjs';

const options = JSON.parse((await run(['options', '--format', 'json'])).stdout).map((option) => option.key);

/** Keys of a configuration file, by their dots. */
const keys = (config, path) =>
  Object.entries(config).flatMap(([key, value]) => {
    const here = path ? `${path}.${key}` : key;
    return value && typeof value === 'object' && !Array.isArray(value) ? keys(value, here) : [here];
  });

/** Why a file cannot be tried: it needs a part that a build may be without. */
function lacking(objects) {
  const optional = /^(tls|token|jwt|webhook)\./;
  const missing = keys(configOf(objects)).filter((key) => optional.test(key) && !options.includes(key));
  return missing.length > 0 && `this build has no option ${missing}`;
}

for (const [name, values] of [...ready.map((path) => [basename(path), path]), ...Object.entries(matrix)]) {
  const objects = render(values);
  test(`${name}: the configuration file is accepted by the node`, { skip: lacking(objects) }, async () => {
    const { code, output } = await checkConfig(objects);
    assert.equal(code, 0, output);
  });
}

for (const path of ready) {
  test(`${basename(path)}: helm lint --strict finds nothing`, () => {
    const { status, stdout, stderr } = helmWith(['lint', '--strict', folder, ...kubernetes], path);
    assert.equal(status, 0, stdout + stderr);
  });
}

test('nodes find each other by the names of all pods', () => {
  const objects = render({});
  assert.deepEqual(configOf(objects).gossip, { hosts: ['my-sse-cluster-headless:42000'], port: 42000 });
  const { spec } = only(objects, 'Service', 'my-sse-cluster-headless');
  assert.equal(spec.clusterIP, 'None');
  assert.equal(spec.publishNotReadyAddresses, true);
  const gossip = spec.ports.filter((port) => port.port === 42000);
  assert.deepEqual(gossip.map((port) => port.protocol).sort(), ['TCP', 'UDP']);
});

test('discovery by DNS is one value', () => {
  const objects = render({ config: { discovery: 'dns' } });
  const { discovery, dns, gossip } = configOf(objects);
  assert.deepEqual(discovery, ['dns']);
  assert.equal(dns.name, 'my-sse-cluster-headless');
  assert.equal(gossip, undefined);
  const ports = only(objects, 'Service', 'my-sse-cluster-headless').spec.ports.map((port) => port.name);
  assert.deepEqual(ports, [dns.service]);
  assert.ok(!nodeOf(objects).ports.some((port) => port.name.startsWith('gossip')));
});

test('an older Kubernetes than README.md says is refused', () => {
  assert.match(refusal({}, '--kube-version', '1.26.9'), /requires kubeVersion: >=1\.27\.0/);
  const sleeps = { preStopSleepSeconds: 5 };
  const older = refusal(sleeps, '--kube-version', '1.29.3');
  assert.match(older, /preStopSleepSeconds: Kubernetes v1\.29\.3 has no sleep action/);
  assert.ok(render(sleeps, '--kube-version', '1.30.0-gke.1'));
});
