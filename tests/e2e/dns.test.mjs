// Nodes that find each other by discovery/dns, with a real dnsmasq. Each node has an address of its own in 127.0.0.0/8.
import assert from 'node:assert/strict';
import { Dns, missing } from './support/dns.mjs';
import { publish } from './support/http.mjs';
import { freePort } from './support/node.mjs';
import { run } from './support/process.mjs';
import { linked, scenario } from './support/stage.mjs';
import { until } from './support/wait.mjs';

const name = 'sse.test';
const address = (n) => `127.0.0.${n + 1}`;
const options = { seconds: 60, skip: missing };

/** Node number `n`, not started. */
function prepare(stage, dns, n, port, host = address(n)) {
  return stage.prepare({
    discovery: ['dns'],
    node: { name: `n${n}` },
    http: { address: host, port },
    dns: { name, server: dns.server, interval: '1s' },
  });
}

const records = (...numbers) => numbers.map((n) => [address(n), name]);

/** The names of the other nodes that `node` has found, in order. One that only reads it is not among them. */
const others = async (node) => {
  const { cluster } = await node.status();
  return cluster.nodes
    .filter((peer) => peer.known_by.includes('dns'))
    .map((peer) => peer.name)
    .sort();
};

/** An event published on one of `nodes` reaches a subscriber of each. */
async function reachesAll(stage, nodes) {
  for (const from of nodes) {
    const readers = [];
    for (const node of nodes) readers.push(await stage.subscribe(node, '/subscribe/c'));
    await publish(from, '/publish/c', { data: from.config.node.name });
    for (const reader of readers) assert.equal((await reader.next()).data, JSON.stringify(from.config.node.name));
    for (const reader of readers) reader.close();
  }
}

async function cluster(stage, dns, count) {
  const port = await freePort();
  const numbers = Array.from({ length: count }, (_, i) => i + 1);
  await dns.serve(records(...numbers));
  const nodes = numbers.map((n) => prepare(stage, dns, n, port));
  await Promise.all(nodes.map((node) => node.start()));
  await linked(nodes);
  return { nodes, port };
}

scenario(
  'two nodes find each other by address records, and neither takes itself for another',
  async (stage) => {
    const dns = await Dns.start(stage);
    const { nodes } = await cluster(stage, dns, 2);
    await reachesAll(stage, nodes);
    const { cluster: seen } = await nodes[0].status();
    assert.equal(seen.nodes.length, 1);
    assert.deepEqual([seen.nodes[0].name, seen.nodes[0].address], ['n2', address(2)]);
    assert.deepEqual(seen.nodes[0].known_by, ['dns']);
    assert.equal(await nodes[0].metric('sse_dns_members'), 2);
  },
  options,
);

scenario(
  'two nodes on one address find each other by service records with their ports',
  async (stage) => {
    const ports = [await freePort(), await freePort()];
    const dns = await Dns.start(stage, { services: ports.map((port) => `_http._tcp.${name},host.test,${port}`) });
    await dns.serve([
      ['127.0.0.1', 'host.test'],
      ['127.0.0.99', name],
    ]);
    const nodes = ports.map((port, i) => prepare(stage, dns, i + 1, port, '127.0.0.1'));
    await Promise.all(nodes.map((node) => node.start()));
    await linked(nodes);
    await reachesAll(stage, nodes);
  },
  options,
);

scenario(
  'a record that appears brings a third node, one that disappears takes it away',
  async (stage) => {
    const dns = await Dns.start(stage);
    const { nodes, port } = await cluster(stage, dns, 2);
    const third = prepare(stage, dns, 3, port);
    await third.start();
    await linked([third]);
    assert.deepEqual(await others(nodes[0]), ['n2']);
    await dns.serve(records(1, 2, 3));
    await linked([...nodes, third]);
    await reachesAll(stage, [...nodes, third]);
    await dns.serve(records(1, 2));
    for (const node of nodes) {
      await until('the third is gone', async () => !(await others(node)).includes('n3'));
    }
    await reachesAll(stage, nodes);
  },
  options,
);

scenario(
  'when the name is gone there are no peers, told once, and they come back with it',
  async (stage) => {
    const dns = await Dns.start(stage);
    const { nodes } = await cluster(stage, dns, 2);
    await dns.serve([]);
    for (const node of nodes) {
      await until('no peers', async () => (await others(node)).length === 0);
      await until('it is told', () => /"dns-no-records"/.test(node.log));
      assert.equal(node.log.split('"dns-no-records"').length, 2, node.log);
    }
    await dns.serve(records(1, 2));
    await linked(nodes);
  },
  options,
);

scenario(
  'when the resolver stops the last answer is kept and told once, until it is back',
  async (stage) => {
    const dns = await Dns.start(stage);
    const { nodes } = await cluster(stage, dns, 2);
    await dns.stop();
    for (const node of nodes) {
      await until('two failures', async () => (await node.metric('sse_dns_lookup_failures_total')) >= 2, 20000);
      assert.equal(await node.metric('sse_dns_failing'), 1);
      await until('it is told', () => /"dns-failed"/.test(node.log));
      assert.equal(await node.metric('sse_dns_members'), 2);
      assert.equal(node.log.split('"dns-failed"').length, 2, node.log);
      assert.equal(await node.probe('/readyz'), 200);
    }
    await reachesAll(stage, nodes);
    await dns.start();
    for (const node of nodes) await until('recovered', () => /"dns-recovered"/.test(node.log), 20000);
    assert.equal(await nodes[0].metric('sse_dns_failing'), 0);
  },
  options,
);

scenario('without a name the node does not start and says what to set', async () => {
  const { code, output } = await run(['start'], { env: { DISCOVERY: 'dns', HTTP_PORT: '0' } });
  assert.equal(code, 78);
  assert.match(output, /dns\.name: expected the name of a service, got none/);
});
