// What docs/proxies.md promises of nginx and HAProxy, by its own configurations.
import assert from 'node:assert/strict';
import { LoadPublisher, lostOf } from './support/checker.mjs';
import { documented } from './support/documented.mjs';
import { missing } from './support/fronts.mjs';
import { call, publish, requestTo, text } from './support/http.mjs';
import { connect, request, subscribe } from './support/http2.mjs';
import { scenario } from './support/stage.mjs';
import { Reader } from './support/stream.mjs';
import { published, watch } from './support/traffic.mjs';
import { patience, pause, until } from './support/wait.mjs';

const proxies = ['nginx', 'haproxy'];
const options = { skip: missing };
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Publishes `count` events by `front`, each once the one before has come to `has`; how long each took, in ms. */
async function timed(front, count, has) {
  const times = [];
  for (let n = 0; n < count; n += 1) {
    const begin = performance.now();
    await publish(front, '/publish/c', { data: n });
    await until(`event ${n}`, () => has(String(n)));
    times.push(performance.now() - begin);
  }
  return times;
}

/** The status that a node would get which dials `where`. */
function dial(where) {
  const headers = { connection: 'Upgrade', upgrade: 'sse-relay/1' };
  const dialed = requestTo(where, { path: '/relay', headers, agent: false });
  dialed.end();
  return new Promise((done, fail) => {
    dialed.on('upgrade', (response, socket) => (socket.destroy(), done(response.statusCode)));
    dialed.on('response', (response) => (response.resume(), done(response.statusCode)));
    dialed.on('error', fail);
  });
}

for (const name of proxies) {
  scenario(
    `${name} passes publishes and events at once, over HTTP/1.1 and HTTP/2`,
    async (stage) => {
      const front = await documented(stage, name, await stage.pair());
      const [one, session] = [await stage.subscribe(front, '/subscribe/c'), await connect(stage, front)];
      assert.equal(session.alpnProtocol, 'h2');
      const two = await subscribe(session, '/subscribe/c');
      const has = (data) => one.datas.includes(data) && two.data().includes(data);
      const times = await timed(front, 21, has);
      console.log(`# ${name}: median ${median(times).toFixed(1)} ms from publishing to both`);
      assert.ok(median(times) < 200 * patience, `${times.map(Math.round)} ms`);
    },
    options,
  );

  scenario(
    `an idle stream lives on behind ${name}, as heartbeats are shorter than its time-outs`,
    async (stage) => {
      const behind = async (heartbeat) => {
        const node = await stage.node({ stream: { heartbeat } });
        return stage.subscribe(await documented(stage, name, [node], [['90s', '3s']]), '/subscribe/c');
      };
      const [alive, silent] = await Promise.all([behind('1s'), behind('1h')]);
      await silent.end(15000);
      const had = alive.blocks.length;
      await until('five heartbeats more', () => alive.blocks.length >= had + 5, 15000);
      assert.ok(!alive.ended);
    },
    { ...options, seconds: 60 },
  );

  scenario(
    `streams behind ${name} lose nothing when it is reloaded, when it is restarted, and when a node is`,
    async (stage) => {
      const history = { max_events: 50000, max_bytes: '64MiB' };
      const nodes = await stage.pair({ history, drain: { delay: '2500ms' } });
      const front = await documented(stage, name, nodes);
      const watchers = [1, 2, 3, 4].map((n) => watch(stage, [front], `subscriber ${n}`));
      await until('every subscriber is there', () => watchers.every((watcher) => watcher.opened));
      const publisher = new LoadPublisher(front, 'p');
      stage.defer(() => publisher.stop());
      const more = () => published([publisher], publisher.acknowledged.length + 100);
      await more();
      const begun = watchers.map((watcher) => watcher.moves);
      front.reload();
      await more();
      assert.deepEqual(watchers.map((watcher) => watcher.moves), begun, 'a reload breaks no stream');
      await front.stop();
      await front.run();
      await more();
      assert.ok(watchers.every((watcher, i) => watcher.moves > begun[i]), 'a restart breaks all');
      await nodes[0].restart();
      await more();
      await publisher.stop();
      await until('the last event', () => watchers.every((watcher) => watcher.has(publisher)), 15000);
      for (const watcher of watchers) {
        assert.deepEqual(lostOf(watcher, publisher), [], watcher.name);
        assert.equal(watcher.gaps, 0);
      }
    },
    { ...options, seconds: 90 },
  );

  scenario(
    `behind ${name} a client's own address counts, whatever it says`,
    async (stage) => {
      const burst = async (config, from) => {
        const node = await stage.node({ limits: { publish_rate: 1 }, ...config });
        const front = await documented(stage, name, [node]);
        const post = (address, n) =>
          call({ port: front.port, tls: { ...front.tls, localAddress: address } }, 'POST', '/publish/c', {
            body: 'x',
            headers: { ...text, 'x-forwarded-for': `6.6.6.${n}` },
          });
        const statuses = [];
        for (let n = 0; n < 12; n += 1) statuses.push((await post(from, n)).status);
        return { statuses, other: (await post('127.0.0.3', 99)).status };
      };
      const trusting = await burst({ http: { trusted_proxies: ['127.0.0.1'] } }, '127.0.0.2');
      assert.ok(trusting.statuses.includes(429), `made-up addresses do not count: ${trusting.statuses}`);
      assert.equal(trusting.other, 200);
      const blind = await burst({}, '127.0.0.2');
      assert.equal(blind.other, 429, 'without http.trusted_proxies all are the proxy');
    },
    options,
  );

  scenario(
    `${name} carries a thousand streams, and publishes on connections that it keeps`,
    async (stage) => {
      const node = await stage.node({ limits: { connections: 5000 } });
      const front = await documented(stage, name, [node]);
      const sessions = await Promise.all(Array.from({ length: 20 }, () => connect(stage, front)));
      const readers = [];
      for (const session of sessions) {
        readers.push(...(await Promise.all(Array.from({ length: 50 }, () => subscribe(session, '/subscribe/c')))));
      }
      assert.equal((await node.status()).totals.subscribers, 1000);
      const accepted = await node.metric('sse_server_accepted_total');
      const post = { headers: text, body: 'x' };
      for (let n = 0; n < 50; n += 1) {
        assert.equal((await request(sessions[0], 'POST', '/publish/c', post)).status, 200);
      }
      const opened = (await node.metric('sse_server_accepted_total')) - accepted;
      assert.ok(opened <= 15, `${opened} connections for 50 publishes`);
      const all = () => readers.every((reader) => reader.data().length === 50);
      await until('all have all', all, 20000);
    },
    { ...options, seconds: 60 },
  );

  scenario(
    `${name} keeps the relay of the nodes from strangers`,
    async (stage) => {
      const node = await stage.node();
      const front = await documented(stage, name, [node]);
      assert.equal(await dial(node), 101);
      const answer = await dial(front);
      assert.ok(answer >= 400 && answer < 500, `${answer}`);
    },
    options,
  );
}

scenario(
  'nginx that buffers, and does not heed what nodes say of it, holds events back',
  async (stage) => {
    const node = await stage.node();
    const good = await documented(stage, 'nginx', [node]);
    const bad = await documented(stage, 'nginx', [node], [
      ['proxy_buffering off;', 'proxy_ignore_headers X-Accel-Buffering;'],
    ]);
    const readers = [good, bad].map((front) => new Reader(front, '/subscribe/c'));
    stage.defer(() => readers.forEach((reader) => reader.close()));
    await until('both are there', async () => (await node.status()).totals.subscribers === 2);
    await publish(good, '/publish/c', { data: 1 });
    assert.equal((await readers[0].next()).data, '1');
    await pause(300);
    assert.deepEqual(readers[1].datas, []);
  },
  options,
);
