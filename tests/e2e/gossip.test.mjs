// Nodes that find each other by gossip, among themselves and with a real hashicorp/memberlist node.
import assert from 'node:assert/strict';
import { call, publish } from './support/http.mjs';
import { startPeer } from './support/memberlist.mjs';
import { freePort } from './support/node.mjs';
import { linked, scenario } from './support/stage.mjs';
import { until, within } from './support/wait.mjs';

const seconds = Number(process.env.SSE_GOSSIP_SECONDS ?? 10);

/** The settings of a node at an address of its own that joins `others`. */
async function gossip(name, address, others = [], more = {}) {
  const hosts = others.map((other) => `${other.address}:${other.port}`);
  const port = await freePort();
  return { config: { node: { name }, discovery: ['gossip'], gossip: { bind: address, port, hosts, ...more } }, port };
}

async function startNode(stage, name, address, others, more, config = {}) {
  const made = await gossip(name, address, others, more);
  const node = await stage.node({ ...made.config, ...config });
  return Object.assign(node, { gossip: { address, port: made.port } });
}

const members = async (node) => (await node.status()).gossip.members;

const knows = (node, address, port, ms = 5000) =>
  until(`${node.config.node.name} knows ${address}`, async () => (await members(node))[address] === port, ms);

const forgets = (node, address, ms) =>
  until(`${node.config.node.name} forgets ${address}`, async () => !(address in (await members(node))), ms);

scenario('two nodes at one address find each other and exchange events', async (stage) => {
  const a = await startNode(stage, 'a', '127.0.0.1');
  const b = await startNode(stage, 'b', '127.0.0.1', [a.gossip]);
  await linked([a, b]);
  const reader = await stage.subscribe(b, '/subscribe/c');
  await publish(a, '/publish/c', { data: 'by gossip' });
  assert.equal((await reader.next()).data, '"by gossip"');
  const { gossip: told, cluster, node } = await a.status();
  assert.equal(told.member_count, 2);
  assert.deepEqual(told.members, {
    [`127.0.0.1:${a.gossip.port}`]: a.gossip.port,
    [`127.0.0.1:${b.gossip.port}`]: b.gossip.port,
  });
  assert.equal(node.gossip_port, a.gossip.port);
  assert.deepEqual(
    cluster.nodes.map((one) => [one.name, one.state, one.known_by]),
    [['b', 'alive', ['gossip']]],
  );
});

scenario('a real peer joins us, is listed, and is no node of ours as its meta is no port', async (stage) => {
  const node = await startNode(stage, 'a', '127.0.0.1');
  const peer = await startPeer(stage, { args: ['-join', `127.0.0.1:${node.gossip.port}`] });
  await peer.saw('join', 'a');
  await knows(node, '127.0.0.2', peer.port);
  const status = await node.status();
  assert.equal(status.gossip.member_count, 2);
  assert.deepEqual(status.cluster.nodes, []);
  const us = (await peer.members()).find((one) => one.name === 'a');
  assert.deepEqual(
    { addr: us.addr, length: us.addr_len, port: us.port, meta: us.meta, vsn: us.vsn },
    { addr: '127.0.0.1', length: 4, port: node.gossip.port, meta: String(node.port), vsn: [1, 5, 2, 0, 0, 0] },
  );
});

const ways = [
  ['plainly', [], {}],
  ['uncompressed', ['-compress=false'], { compression: false }],
  ['compressed by it alone', [], { compression: false }],
  ['compressed by us alone', ['-compress=false'], {}],
  ['encrypted', ['-key', 'raw:0123456789abcdef'], { secret_key: '0123456789abcdef' }],
  [
    'encrypted with a key ring',
    ['-key', 'raw:0123456789abcdef0123456789abcdef', '-more-keys', 'raw:fedcba9876543210'],
    { secret_key: 'fedcba9876543210,0123456789abcdef0123456789abcdef' },
  ],
];

/** Each is a member to the other, and our probes are answered. */
async function together(node, peer) {
  await knows(node, '127.0.0.2', peer.port);
  await peer.saw('join', 'a');
  await until('our probes are answered', async () => (await node.metric('sse_gossip_probe_seconds_count')) >= 2);
  assert.equal(await node.metric('sse_gossip_probe_failures_total'), 0);
  assert.equal(await node.metric('sse_gossip_packets_dropped_total'), 0);
  assert.equal(peer.count('leave', 'a'), 0);
}

for (const [what, args, more] of ways) {
  scenario(`we join a real peer, ${what}`, async (stage) => {
    const peer = await startPeer(stage, { args });
    await together(await startNode(stage, 'a', '127.0.0.1', [peer], more), peer);
  });

  scenario(`a real peer joins us, ${what}`, async (stage) => {
    const node = await startNode(stage, 'a', '127.0.0.1', [], more);
    await together(node, await startPeer(stage, { args: ['-join', `127.0.0.1:${node.gossip.port}`, ...args] }));
  });
}

scenario('a peer with another key never becomes a member', async (stage) => {
  const node = await startNode(stage, 'a', '127.0.0.1', [], { secret_key: '0123456789abcdef' });
  const join = ['-join', `127.0.0.1:${node.gossip.port}`, '-key', 'raw:fedcba9876543210'];
  const peer = await startPeer(stage, { args: join });
  await until('the refusal is logged', () => node.log.includes('gossip-stream-refused'));
  assert.equal(peer.count('join', 'a'), 0);
  assert.deepEqual(Object.keys(await members(node)), ['127.0.0.1']);
});

scenario('what a node accepted just before it left reaches the others', async (stage) => {
  const history = { max_events: 100000, max_bytes: '256MiB' };
  const kept = { history, stream: { backlog_events: 100000, backlog_bytes: '256MiB' }, drain: { flush: '30s' } };
  const a = await startNode(stage, 'a', '127.0.0.1', [], {}, kept);
  const b = await startNode(stage, 'b', '127.0.0.1', [a.gossip], {}, kept);
  await linked([a, b]);
  const headers = { 'Content-Type': 'application/x-ndjson' };
  const body = `${JSON.stringify({ channel: 'c', data: 'x'.repeat(4000) })}\n`.repeat(200);
  await b.program.freeze();
  await Promise.all(Array.from({ length: 50 }, () => call(a, 'POST', '/publish', { body, headers })));
  a.program.signal('SIGTERM');
  await until('a has closed its port', async () => (await a.probe('/livez')) === 0);
  b.program.signal('SIGCONT');
  await until('b has all of them', async () => (await (await call(b, 'GET', '/channels/c')).json()).events === 10000);
  assert.equal((await within('a ends', a.program.exited)).code, 0);
});

scenario('a peer that does not read holds a leaving node up for drain.flush only, which is told', async (stage) => {
  const a = await startNode(stage, 'a', '127.0.0.1', [], {}, { drain: { flush: '300ms' } });
  const b = await startNode(stage, 'b', '127.0.0.1', [a.gossip]);
  await linked([a, b]);
  await b.program.freeze();
  await until('b lags', async () => {
    await publish(a, '/publish/c', { data: 'unread' });
    return (await a.status()).cluster.nodes[0].lag_events > 0;
  });
  assert.equal((await a.stop()).code, 0);
  b.program.signal('SIGCONT');
  assert.match(a.log, /left-behind/);
});

scenario('a leave is seen at once, ours and theirs', async (stage) => {
  const node = await startNode(stage, 'a', '127.0.0.1');
  const join = ['-join', `127.0.0.1:${node.gossip.port}`];
  const [first, second] = [
    await startPeer(stage, { name: 'p1', address: '127.0.0.2', args: join }),
    await startPeer(stage, { name: 'p2', address: '127.0.0.3', args: join }),
  ];
  await knows(node, '127.0.0.2', first.port);
  await knows(node, '127.0.0.3', second.port);
  await second.saw('join', 'p1');
  first.command('leave');
  await forgets(node, '127.0.0.2', 2000);
  const begun = Date.now();
  const { code } = await node.stop();
  assert.equal(code, 0);
  await second.saw('leave', 'a', 2000);
  assert.ok(Date.now() - begun < 4000, `leaving took ${Date.now() - begun} ms`);
});

scenario(
  'a kill is seen within 15 s, ours and theirs, and the restarted is taken back',
  async (stage) => {
    const node = await startNode(stage, 'a', '127.0.0.1');
    const join = ['-join', `127.0.0.1:${node.gossip.port}`];
    let peer = await startPeer(stage, { args: join });
    await knows(node, '127.0.0.2', peer.port);
    peer.signal('SIGKILL');
    await peer.exited;
    await forgets(node, '127.0.0.2', 15000);
    peer = await startPeer(stage, { port: peer.port, args: join });
    await knows(node, '127.0.0.2', peer.port);
    await peer.saw('join', 'a');
    await node.kill();
    await peer.saw('leave', 'a', 15000);
    const hosts = [`127.0.0.2:${peer.port}`];
    const back = await stage.node({ ...node.config, gossip: { ...node.config.gossip, hosts } });
    await peer.saw('join', 'a', 5000, 2);
    await knows(back, '127.0.0.2', peer.port);
  },
  { seconds: 90 },
);

scenario(
  `nobody is suspected while the node is busy for ${seconds} s`,
  async (stage) => {
    const node = await startNode(stage, 'a', '127.0.0.1');
    const join = ['-join', `127.0.0.1:${node.gossip.port}`];
    const peers = [
      await startPeer(stage, { name: 'p1', address: '127.0.0.2', args: join }),
      await startPeer(stage, { name: 'p2', address: '127.0.0.3', args: join }),
    ];
    await knows(node, '127.0.0.3', peers[1].port);
    const end = Date.now() + seconds * 1000;
    while (Date.now() < end) {
      await Promise.all(Array.from({ length: 64 }, (_, i) => publish(node, `/publish/c${i}`, { data: i })));
    }
    for (const peer of peers) assert.equal(peer.count('leave'), 0);
    assert.equal(Object.keys(await members(node)).length, 3);
    assert.equal(await node.metric('sse_gossip_refutations_total'), 0);
    assert.ok(!node.log.includes('gossip-member-suspect'));
  },
  { seconds: seconds + 30 },
);
