// What the chart gives is accepted by Helm and by the node.
import assert from 'node:assert/strict';
import { basename } from 'node:path';
import test from 'node:test';
import { run } from '../e2e/support/process.mjs';
import { checkConfig, configOf, folder, helmWith, nodeOf, only, ready, render } from './chart.mjs';
import { choices } from './matrix.mjs';

for (const path of ready) {
  test(`${basename(path)}: helm lint --strict finds nothing`, () => {
    const { status, stdout, stderr } = helmWith(['lint', '--strict', folder], path);
    assert.equal(status, 0, stdout + stderr);
  });

  test(`${basename(path)}: the configuration file is accepted by the node`, async () => {
    const { code, output } = await checkConfig(render(path));
    assert.equal(code, 0, output);
  });
}

const options = JSON.parse((await run(['options', '--format', 'json'])).stdout).map((option) => option.key);

/** Options that the file names and this build of the program does not have. */
function unknown(config, path = '') {
  return Object.entries(config).flatMap(([key, value]) => {
    const here = path ? `${path}.${key}` : key;
    if (options.includes(here)) return [];
    return value && typeof value === 'object' && !Array.isArray(value) ? unknown(value, here) : [here];
  });
}

for (const [kind, named] of Object.entries(choices)) {
  for (const [name, values] of Object.entries(named)) {
    const objects = render(values);
    const lacking = unknown(configOf(objects));
    const skip = lacking.length > 0 && `this build has no option ${lacking}`;
    test(`${kind} ${name}: the configuration file is accepted by the node`, { skip }, async () => {
      const { code, output } = await checkConfig(objects);
      assert.equal(code, 0, output);
    });
  }
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
