// Running out of file descriptors.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { call, json } from './support/http.mjs';
import { scenario } from './support/stage.mjs';
import { until } from './support/wait.mjs';

const cpuTicks = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return Number(fields[11]) + Number(fields[12]);
};

scenario('without descriptors accepting pauses, streams go on, and it recovers', async (stage) => {
  const prefix = ['sh', '-c', 'ulimit -n 64; exec "$@"', 'limited'];
  const node = await stage.node({ limits: { connections: 1000 }, stream: { heartbeat: '1s' } }, { prefix });
  const reader = await stage.subscribe(node, '/subscribe/c');
  const publisher = await stage.wire(node);
  publisher.send('GET /livez HTTP/1.1\r\nHost: h\r\n\r\n');
  await publisher.expect(/^HTTP\/1\.1 200/);
  const sockets = Array.from({ length: 100 }, () => net.connect(node.port, '127.0.0.1').on('error', () => {}));
  stage.defer(() => sockets.forEach((socket) => socket.destroy()));
  await until('all are connected or waiting', () => sockets.every((socket) => !socket.connecting));
  publisher.send('POST /publish/c HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok');
  assert.equal((await reader.next()).data, 'ok');

  const { pid } = node.program.child;
  const blocks = reader.blocks.length;
  const [ticks, begin] = [cpuTicks(pid), Date.now()];
  await until('two heartbeats', () => reader.blocks.length >= blocks + 2, 10000);
  const busy = ((cpuTicks(pid) - ticks) * 10) / (Date.now() - begin);
  assert.ok(busy < 0.5, `the node spun at ${busy} CPUs`);

  sockets.forEach((socket) => socket.destroy());
  await until('new connections are served', async () => (await node.probe('/livez')) === 200);
  assert.equal((await call(node, 'POST', '/publish/c', { body: '{"data":2}', headers: json })).status, 200);
  assert.equal((await reader.next()).data, '2');
});
