// Any bytes on the ports that nodes use among themselves: dropped and counted, and nothing else changes.
import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { call, json, publish } from './support/http.mjs';
import { freePort } from './support/node.mjs';
import { binary, root } from './support/process.mjs';
import { attack, events, FakePeer, frame, hello, identity, number, tag, text, want } from './support/relay_peer.mjs';
import { scenario } from './support/stage.mjs';
import { until } from './support/wait.mjs';

const seed = Number(process.env.SSE_SEED ?? Math.floor(Math.random() * 2 ** 31));
const sanitized = /\/(asan|tsan)\//.test(binary);
const vectors = readFileSync(join(root, 'tests/plugins/discovery/gossip/vectors/vectors.json'), 'utf8');
const captured = [...vectors.matchAll(/"([0-9a-f]{8,4000})"/g)].map(([, hex]) => Buffer.from(hex, 'hex'));

/** Numbers below `n`, the same for the same seed. */
function dice(state) {
  return (n) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % n;
  };
}

const noise = (roll, size) => Buffer.from(Array.from({ length: size }, () => roll(256)));

/** One of `samples` with a few bytes changed, cut or repeated. */
function spoiled(roll, samples) {
  const bytes = Buffer.from(samples[roll(samples.length)]);
  for (let i = roll(4); i > 0; i -= 1) bytes[roll(bytes.length)] = roll(256);
  if (roll(3) === 0) return bytes.subarray(0, roll(bytes.length) + 1);
  return roll(5) === 0 ? Buffer.concat([bytes, bytes]) : bytes;
}

function memory(node) {
  const status = readFileSync(`/proc/${node.program.child.pid}/status`, 'utf8');
  return Number(status.match(/VmRSS:\s+(\d+)/)[1]) / 1024;
}

const packetsOf = (node) => node.metric('sse_gossip_packets_received_total');

async function throwPackets(node, port, packets) {
  const socket = dgram.createSocket('udp4');
  for (let i = 0; i < packets.length; i += 50) {
    const before = await packetsOf(node);
    const some = packets.slice(i, i + 50).filter((packet) => packet.length > 0);
    for (const packet of some) await new Promise((done) => socket.send(packet, port, '127.0.0.1', done));
    // The system may drop a datagram of a burst; one that got through says that the node has looked.
    await until('packets are looked at', async () => (await packetsOf(node)) > before);
  }
  socket.close();
}

/** Sends each on a connection of its own and waits until the node has closed, or the limit of the node's patience. */
async function throwStreams(port, streams) {
  for (const bytes of streams) {
    await new Promise((done) => {
      const socket = net.connect(port, '127.0.0.1', () => socket.end(bytes));
      socket.on('error', done).on('close', done).resume();
    });
  }
}

async function works(stage, node) {
  const reader = await stage.subscribe(node, '/subscribe/works');
  await publish(node, '/publish/works', { data: 'still' });
  assert.equal((await reader.next()).data, '"still"');
  reader.close();
  assert.equal(await node.probe('/readyz'), 200);
}

scenario(
  'any bytes on the gossip port are dropped and counted, and harm nothing',
  async (stage) => {
    console.log(`# SSE_SEED=${seed}`);
    const roll = dice(seed);
    assert.ok(captured.length > 20, 'there are captured messages');
    const port = await freePort();
    const node = await stage.node({ discovery: ['gossip'], gossip: { bind: '127.0.0.1', port } });
    await works(stage, node);
    const before = memory(node);
    const packet = (_, i) => (i % 3 ? spoiled(roll, captured) : noise(roll, roll(1400)));
    const packets = Array.from({ length: 1500 }, packet);
    await throwPackets(node, port, packets);
    // A push/pull that claims four thousand million rows, a box and a compression that claim more than they have.
    const claims = [[6, 0x83], [10, 0xff, 0xff, 0xff, 0xff], [9, 0x82, 0xa4], [6, 0xdf, 0xff, 0xff, 0xff, 0xff]];
    const streams = Array.from({ length: 150 }, (_, i) =>
      i % 2 ? spoiled(roll, captured) : noise(roll, 1 + roll(3000)),
    );
    await throwStreams(port, [...claims.map((claim) => Buffer.from(claim)), ...streams]);
    assert.ok((await node.metric('sse_gossip_packets_dropped_total')) > 100);
    assert.ok((await node.metric('sse_gossip_streams_refused_total')) > 20);
    const lines = node.log.split('\n').filter((line) => line.includes('gossip-packet-dropped')).length;
    assert.ok(lines > 0 && lines < 500, `${lines} lines for ${packets.length} packets`);
    const { warnings } = await node.status();
    assert.ok(warnings.some((one) => one.id === 'gossip-packet-dropped' && one.about === '127.0.0.1'));
    assert.ok(warnings.length <= 64);
    await works(stage, node);
    if (!sanitized) assert.ok(memory(node) - before < 64, `${before} MiB before, ${memory(node)} MiB after`);
  },
  { seconds: 90 },
);

/** What a stranger may say to the relay: each frame well-formed or nearly so. */
const frames = [
  hello('evil'),
  want(),
  want(2n ** 63n),
  events('evil', 'c', [1, 2, 3]),
  frame(2, Buffer.alloc(32)),
  frame(3, text('no')),
  frame(6, identity('evil', 2n ** 62n)),
  frame(7, tag('evil'), number(9), number(1), identity('evil', 9)),
  frame(8, tag('evil'), number(9), number(2n ** 60n)),
  frame(9, number(2n ** 63n), number(2n ** 63n)),
  frame(10),
  frame(11, identity('noone', 5)),
  frame(12, identity('noone', 5), [0]),
  frame(13, number(0), number(0), number(2n ** 40n)),
  Buffer.from([0xff, 0xff, 0xff, 0xff, 5]),
  Buffer.from([0, 0, 0, 4, 5, 1]),
  Buffer.from([1, 0, 0, 0, 99, 0]),
];

scenario(
  'any bytes on the relay are dropped and counted, and harm nothing',
  async (stage) => {
    console.log(`# SSE_SEED=${seed}`);
    const roll = dice(seed);
    const node = await stage.node({ limits: { connections: 500 } });
    await works(stage, node);
    const before = memory(node);
    const sockets = [];
    for (let i = 0; i < 200; i += 1) {
      const some = Array.from({ length: 1 + roll(6) }, () => spoiled(roll, frames));
      const bytes = i % 4 ? [hello('evil'), ...some] : [noise(roll, roll(4000)), ...some];
      sockets.push(await attack(node.port, Buffer.concat(bytes)));
      if (sockets.length > 40) sockets.shift().destroy();
    }
    await until('bad frames are counted', async () => (await node.metric('sse_relay_frames_refused_total')) > 20);
    for (const socket of sockets) socket.destroy();
    await until('the links are gone', async () => (await node.metric('sse_relay_links')) === 0);
    await works(stage, node);
    if (!sanitized) assert.ok(memory(node) - before < 64, `${before} MiB before, ${memory(node)} MiB after`);
  },
  { seconds: 90 },
);

scenario('the relay is at its own path and nowhere else', async (stage) => {
  const node = await stage.node();
  const asks = (path) => `GET ${path} HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: sse-relay/1\r\n\r\n`;
  for (const [path, status] of [
    ['/relay', '101'],
    ['/relay?a=b', '101'],
    ['/other', '404'],
    ['/relay/', '404'],
    ['/livez', '200'],
  ]) {
    const wire = (await stage.wire(node)).send(asks(path));
    assert.equal((await wire.expect(/^HTTP\/1\.1 (\d+) /))[1], status, path);
  }
});

scenario(
  'a member that answers with anything harms nothing',
  async (stage) => {
    console.log(`# SSE_SEED=${seed}`);
    const roll = dice(seed);
    const peers = [];
    for (let i = 0; i < 20; i += 1) {
      const some = () => Buffer.concat(Array.from({ length: roll(5) }, () => spoiled(roll, frames)));
      const says = (wanted) => (wanted || i % 2 ? some() : hello(`evil${i}`));
      peers.push(await FakePeer.start(stage, says));
    }
    const node = await stage.node({ hosts: { peers: peers.map((peer) => `127.0.0.1:${peer.port}`) } });
    await until('some were read', () => peers.some((peer) => peer.links > 0));
    await until('bad frames are counted', async () => (await node.metric('sse_relay_frames_refused_total')) > 3);
    await works(stage, node);
  },
  { seconds: 60 },
);

scenario(
  'with a secret a stranger changes nothing: neither events, nor origins, nor been_to, nor ids',
  async (stage) => {
    const node = await stage.node({ cluster: { secret: 'a secret of the test' } });
    const reader = await stage.subscribe(node, '/subscribe/c');
    const proof = frame(2, Buffer.alloc(32));
    const forged = Buffer.concat([hello('evil', { flags: 6 }), proof, want(), events('evil', 'c', [1])]);
    for (let i = 0; i < 5; i += 1) (await attack(node.port, forged)).unref();
    await until('the stranger is told of', async () => {
      const { warnings } = await node.status();
      return warnings.some((one) => one.id === 'relay-refused');
    });
    const body = JSON.stringify({ data: 1, been_to: ['n1', node.config.node.name] });
    const taken = await call(node, 'POST', '/publish/c', { headers: json, body });
    assert.equal(taken.status, 200);
    assert.equal((await reader.next()).data, '1');
    assert.equal(await node.metric('sse_api_been_to_ignored_total'), 1);
    const { tag: own } = (await node.status()).node;
    for (const id of [`1-${own}`, '7-evil0000', `7-evil0000~1-${own}`]) {
      const answer = await call(node, 'POST', '/publish/c', { headers: json, body: JSON.stringify({ data: 2, id }) });
      assert.equal(answer.status, 400, id);
    }
    await publish(node, '/publish/c', { data: 'last' });
    assert.equal((await reader.next()).data, '"last"');
    assert.deepEqual((await node.status()).cluster.nodes, []);
    assert.equal(await node.metric('sse_cluster_events_total'), 0);
  },
  { seconds: 60 },
);
