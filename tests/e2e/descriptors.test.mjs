// Running out of file descriptors.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { call, json } from './support/http.mjs';
import { freePort } from './support/node.mjs';
import { linked, scenario } from './support/stage.mjs';
import { until } from './support/wait.mjs';

const cpuTicks = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return Number(fields[11]) + Number(fields[12]);
};

const prefix = ['sh', '-c', 'ulimit -n 64; exec "$@"', 'limited'];

/** So many connections to `port`, of which some may wait to be accepted. */
async function connections(stage, port, count) {
  const sockets = Array.from({ length: count }, () => net.connect(port, '127.0.0.1').on('error', () => {}));
  stage.defer(() => sockets.forEach((socket) => socket.destroy()));
  await until('all are connected or waiting', () => sockets.every((socket) => !socket.connecting));
  return sockets;
}

/** Asserts that the node sleeps while two heartbeats come. */
async function assertCalm(node, reader) {
  const { pid } = node.program.child;
  const blocks = reader.blocks.length;
  const [ticks, begin] = [cpuTicks(pid), Date.now()];
  await until('two heartbeats', () => reader.blocks.length >= blocks + 2, 10000);
  const busy = ((cpuTicks(pid) - ticks) * 10) / (Date.now() - begin);
  assert.ok(busy < 0.5, `the node spun at ${busy} CPUs`);
}

scenario('without descriptors accepting pauses, streams go on, and it recovers', async (stage) => {
  const node = await stage.node({ limits: { connections: 1000 }, stream: { heartbeat: '1s' } }, { prefix });
  const reader = await stage.subscribe(node, '/subscribe/c');
  const publisher = await stage.wire(node);
  publisher.send('GET /livez HTTP/1.1\r\nHost: h\r\n\r\n');
  await publisher.expect(/^HTTP\/1\.1 200/);
  const sockets = await connections(stage, node.port, 100);
  publisher.send('POST /publish/c HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok');
  assert.equal((await reader.next()).data, 'ok');

  await assertCalm(node, reader);

  sockets.forEach((socket) => socket.destroy());
  await until('new connections are served', async () => (await node.probe('/livez')) === 200);
  assert.equal((await call(node, 'POST', '/publish/c', { body: '{"data":2}', headers: json })).status, 200);
  assert.equal((await reader.next()).data, '2');
});

scenario('without descriptors the gossip port pauses as well, and recovers', async (stage) => {
  const gossip = { bind: '127.0.0.1', port: await freePort() };
  const config = { discovery: ['gossip'], gossip, limits: { connections: 1000 }, stream: { heartbeat: '1s' } };
  const node = await stage.node(config, { prefix });
  const reader = await stage.subscribe(node, '/subscribe/c');
  const sockets = await connections(stage, gossip.port, 100);
  await until('accepting pauses', () => /gossip-accept-paused/.test(node.log));
  await assertCalm(node, reader);
  sockets.forEach((socket) => socket.destroy());
  const hosts = [`127.0.0.1:${gossip.port}`];
  const other = { bind: '127.0.0.1', port: await freePort(), hosts };
  const joined = await stage.node({ node: { name: 'n2' }, discovery: ['gossip'], gossip: other });
  await linked([node, joined]);
  assert.ok((await node.metric('sse_gossip_accept_paused_total')) > 0);
  assert.ok((await node.status()).warnings.some((one) => one.id === 'gossip-accept-paused'));
});
