// What the chart gives is accepted by Helm and by the node.
import assert from 'node:assert/strict';
import { basename } from 'node:path';
import test from 'node:test';
import { checkConfig, configOf, folder, helmWith, nodeOf, only, ready, render } from './chart.mjs';

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
