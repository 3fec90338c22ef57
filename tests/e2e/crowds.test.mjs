// One address with far more connections than it may have: what it keeps from others.
import assert from 'node:assert/strict';
import net from 'node:net';
import { call, stream, text } from './support/http.mjs';
import { codes, connect, request, subscribe } from './support/http2.mjs';
import { freePort } from './support/node.mjs';
import { scenario } from './support/stage.mjs';
import { until } from './support/wait.mjs';

const stranger = '127.0.0.2';
const overload = 'sse_server_overload_total{limit="limits.connections_per_address"}';

/** Keeps `count` silent connections open; what the node closes is opened anew. */
function crowd(stage, node, count) {
  const sockets = new Set();
  let over = false;
  const open = () => {
    if (over) return;
    const socket = net.connect(node.port, '127.0.0.1').on('error', () => {});
    sockets.add(socket);
    socket.resume().on('close', () => sockets.delete(socket) && open());
  };
  for (let i = 0; i < count; i++) open();
  stage.defer(() => ((over = true), sockets.forEach((socket) => socket.destroy())));
  return sockets;
}

const livez = (node, timeout = 3000) => call(node, 'GET', '/livez', { timeout });

scenario('silent connections of one address keep no other out', async (stage) => {
  const node = await stage.node({ limits: { connections: 50, connections_per_address: 5 } });
  const other = { port: node.port, from: stranger };
  crowd(stage, node, 150);
  for (let i = 0; i < 20; i++) {
    assert.equal((await livez(other)).status, 200);
    const reader = await stage.subscribe(other, '/subscribe/c');
    reader.close();
  }
  await until('what is closed at once is counted', async () => {
    const { body } = await call(other, 'GET', '/metrics');
    const row = body.split('\n').find((line) => line.startsWith(overload));
    return Number(row.split(' ')[1]) >= 500;
  });
  assert.doesNotMatch(node.log, /accept-paused/);
});

scenario('busy connections of HTTP/2 of one address keep no other out', async (stage) => {
  const node = await stage.node({ limits: { connections: 20, connections_per_address: 5 } });
  const other = { port: node.port, from: stranger };
  const all = await Promise.allSettled(Array.from({ length: 84 }, () => connect(stage, node)));
  const sessions = all.filter((one) => one.status === 'fulfilled').map((one) => one.value);
  const publish = (session) => request(session, 'POST', '/publish/c', { headers: text, body: 'x' }).catch(() => {});
  await Promise.all(sessions.map(publish));
  assert.equal((await livez(other)).status, 200);
  const left = () => sessions.filter((session) => !session.closed && !session.destroyed).length;
  await until('those over the limit are gone', () => left() <= 5);
  assert.equal((await livez(node)).status, 200, 'the address has its few places over the limit again');
});

scenario('who was refused on a connection of HTTP/2 is served on the next one once there is room', async (stage) => {
  const node = await stage.node({ limits: { connections_per_address: 2 } });
  const holders = [await stage.admitted(node, '/subscribe/c'), await stage.admitted(node, '/subscribe/c')];
  const session = await connect(stage, node);
  const answers = await Promise.all([
    request(session, 'GET', '/subscribe/c', { headers: stream }),
    request(session, 'POST', '/publish/c', { headers: text, body: 'x' }),
    request(session, 'GET', '/livez'),
  ]);
  assert.deepEqual(answers.map((answer) => answer.status), [200, 503, 200], 'what was asked at once is answered');
  assert.match(answers[0].body, /^retry: \d+$/m);
  await until('the connection is over', () => session.closed);
  assert.deepEqual(session.goaways, [codes.none]);
  holders.forEach((holder) => holder.close());
  await until('the next one is served', async () => {
    const next = await connect(stage, node);
    const reader = await subscribe(next, '/subscribe/c');
    return reader.blocks[0]?.id !== undefined && !reader.ended && !next.closed;
  });
});

scenario('a node full of connections answers on admin.port, and says which limit it is', async (stage) => {
  const port = await freePort();
  const node = await stage.node({ limits: { connections: 10 }, admin: { port } });
  for (let i = 0; i < 10; i++) await stage.admitted(node, '/subscribe/c');
  crowd(stage, node, 80);
  await until('accepting pauses', () => /accept-paused/.test(node.log));
  for (let i = 0; i < 5; i++) {
    assert.equal((await livez({ port }, 1000)).status, 200);
  }
  assert.match(node.log, /limits\.connections: 10 are open/);
  assert.doesNotMatch(node.log, /descriptors/);
});

scenario('admin.port has a limit of its own', async (stage) => {
  const port = await freePort();
  const node = await stage.node({ admin: { port }, limits: { header_time: '1s' } });
  const sockets = crowd(stage, { port }, 80);
  await until('accepting on admin.port pauses', () => /admin\.port: 64 connections are open/.test(node.log));
  assert.equal((await livez(node, 1000)).status, 200);
  sockets.forEach((socket) => socket.removeAllListeners('close').destroy());
  assert.equal((await livez({ port })).status, 200);
});
