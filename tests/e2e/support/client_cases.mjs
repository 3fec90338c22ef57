// What every real client must live through; run for the libraries and for the browsers.
import assert from 'node:assert/strict';
import net from 'node:net';
import { call, publish, text } from './http.mjs';
import { freePort } from './node.mjs';
import { Proxy } from './proxy.mjs';
import { scenario } from './stage.mjs';
import { until } from './wait.mjs';

const names = ['message', 'gap', 'tick'];
const quickRetry = { stream: { retry: '300ms' }, drain: { retry: '300ms', window: '100ms' } };

async function connect(stage, client, port, path) {
  const opened = await client.open(`http://127.0.0.1:${port}${path}`, names);
  stage.defer(() => opened.close());
  return opened;
}

/** A peer that takes connections and says nothing until `speak(port)` joins them to the node there. */
async function silentPeer(stage) {
  const sockets = [];
  const join = (from, port) => {
    const to = net.connect(port, '127.0.0.1');
    for (const [socket, other] of [
      [from, to],
      [to, from],
    ]) {
      socket.on('error', () => {}).on('close', () => other.destroy());
      socket.pipe(other);
    }
  };
  let take = (socket) => sockets.push(socket.on('error', () => {}));
  const server = net.createServer((socket) => take(socket));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  stage.defer(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const speak = (port) => {
    take = (socket) => join(socket, port);
    for (const socket of sockets) join(socket, port);
  };
  return { port: server.address().port, speak };
}

async function subscribers(node, channel) {
  const answer = await call(node, 'GET', `/channels/${channel}`);
  return answer.status === 200 ? answer.json().subscribers : undefined;
}

const joined = (node, channel, count = 1) =>
  until(`${count} subscriber of ${channel}`, async () => (await subscribers(node, channel)) === count, 15000);

const datas = async (source) => (await source.state()).events.map((event) => event.data);

const received = (source, count) =>
  until(`${count} events`, async () => (await datas(source)).length >= count && datas(source), 15000);

export function clientCases(name, client) {
  const options = { seconds: 60 };

  scenario(
    `${name} gets a named event, several lines and the event's id`,
    async (stage) => {
      const node = await stage.node();
      const source = await connect(stage, client, node.port, '/subscribe/c');
      await joined(node, 'c');
      const first = await publish(node, '/publish/c', { event: 'tick', data: { a: 1 } });
      await call(node, 'POST', '/publish/c', { body: 'one\ntwo\r\nthree', headers: text });
      await received(source, 2);
      const { events } = await source.state();
      assert.deepEqual(events[0], { type: 'tick', data: '{"a":1}', id: first });
      assert.equal(events[1].type, 'message');
      assert.equal(events[1].data, 'one\ntwo\nthree');
    },
    options,
  );

  scenario(
    `${name} resumes where it was when the server closes its stream`,
    async (stage) => {
      const node = await stage.node(quickRetry);
      const source = await connect(stage, client, node.port, '/channel/c/client/me');
      await joined(node, 'c');
      await publish(node, '/publish/c', { data: 1 });
      await received(source, 1);
      const closed = await call(node, 'DELETE', '/channel/c/client/me');
      assert.ok([200, 202, 204].includes(closed.status), `DELETE: ${closed.status} ${closed.body}`);
      await publish(node, '/publish/c', { data: 2 });
      await publish(node, '/publish/c', { data: 3 });
      assert.deepEqual(await received(source, 3), ['1', '2', '3']);
    },
    options,
  );

  scenario(
    `${name} keeps trying while a limit refuses it`,
    async (stage) => {
      const node = await stage.node({ ...quickRetry, limits: { clients_per_channel: 1 } });
      const holder = await stage.subscribe(node, '/subscribe/c');
      const source = await connect(stage, client, node.port, '/subscribe/c');
      await until('two refusals', async () => (await source.state()).errors >= 2, 15000);
      assert.notEqual((await source.state()).readyState, 2, 'the client gave up');
      holder.close();
      const opens = (await source.state()).opens;
      await until('another try', async () => (await source.state()).opens > opens, 15000);
      await joined(node, 'c');
      await publish(node, '/publish/c', { data: 'in' });
      assert.equal((await received(source, 1)).at(-1), '"in"');
    },
    options,
  );

  scenario(
    `${name} keeps trying while the node starts`,
    async (stage) => {
      const port = await freePort();
      const other = await stage.node({ node: { name: 'other' } });
      const peer = await silentPeer(stage);
      const node = stage.prepare({
        ...quickRetry,
        http: { port },
        hosts: { peers: [`127.0.0.1:${peer.port}`] },
        relay: { timeout: '10m' },
        cluster: { start_timeout: '10m' },
      });
      node.spawn();
      node.port = port;
      await until('the node listens', async () => (await node.probe('/livez')) === 200, 15000);
      const source = await connect(stage, client, port, '/subscribe/c');
      await until('three refusals', async () => (await source.state()).errors >= 3, 15000);
      assert.equal(await node.probe('/startupz'), 503, 'the refusals were those of a starting node');
      assert.notEqual((await source.state()).readyState, 2, 'the client gave up');
      peer.speak(other.port);
      await until('ready', async () => (await node.probe('/readyz')) === 200, 15000);
      await joined(node, 'c');
      await publish(node, '/publish/c', { data: 'in' });
      assert.equal((await received(source, 1)).at(-1), '"in"');
    },
    options,
  );

  scenario(
    `${name} comes back after draining and a new start`,
    async (stage) => {
      const port = await freePort();
      const node = await stage.node({ ...quickRetry, http: { port }, drain: { ...quickRetry.drain, delay: '5s' } });
      node.program.signal('SIGTERM');
      await until('not ready', async () => (await node.probe('/readyz')) === 503);
      const source = await connect(stage, client, port, '/subscribe/c');
      await until('a first answer', async () => (await source.state()).opens >= 1, 15000);
      node.program.signal('SIGTERM');
      await node.program.exited;
      await node.start();
      await joined(node, 'c');
      assert.notEqual((await source.state()).readyState, 2, 'the client gave up');
      await publish(node, '/publish/c', { data: 'back' });
      await until('the event', async () => (await datas(source)).includes('"back"'), 15000);
    },
    options,
  );

  if (!client.keepsEmptyId) return;
  scenario(
    `${name} loses nothing when its stream is cut before the first event`,
    async (stage) => {
      const node = await stage.node(quickRetry);
      await publish(node, '/publish/c', { data: 'earlier' });
      const proxy = await Proxy.to(node);
      stage.defer(() => proxy.close());
      const source = await connect(stage, client, proxy.port, '/subscribe/c');
      await joined(node, 'c');
      await until('opened', async () => (await source.state()).opens >= 1);
      proxy.cut();
      await joined(node, 'c', 0);
      for (const data of [1, 2, 3]) await publish(node, '/publish/c', { data });
      proxy.restore();
      assert.deepEqual(await received(source, 3), ['1', '2', '3']);
    },
    options,
  );
}
