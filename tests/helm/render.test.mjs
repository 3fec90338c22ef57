// What the chart gives is accepted by Helm and by the node.
import assert from 'node:assert/strict';
import { basename } from 'node:path';
import test from 'node:test';
import { run } from '../e2e/support/process.mjs';
import { checkConfig, configOf, folder, helmWith, nodeOf, only, ready, render } from './chart.mjs';
import { choices } from './matrix.mjs';

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

const single = Object.entries(choices).flatMap(([kind, named]) =>
  Object.entries(named).map(([name, values]) => [`${kind} ${name}`, values]),
);
for (const [name, values] of [...ready.map((path) => [basename(path), path]), ...single]) {
  test(`${name}: the configuration file is accepted by the node`, { skip: lacking(render(values)) }, async () => {
    const { code, output } = await checkConfig(render(values));
    assert.equal(code, 0, output);
  });
}

for (const path of ready) {
  test(`${basename(path)}: helm lint --strict finds nothing`, () => {
    const { status, stdout, stderr } = helmWith(['lint', '--strict', folder], path);
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
