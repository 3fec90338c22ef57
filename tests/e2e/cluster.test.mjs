// Two nodes by discovery/hosts and transport/relay.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { assertAll, LoadPublisher, Watcher } from './support/checker.mjs';
import { assertProblem, call, identity, json, publish, publishAll } from './support/http.mjs';
import { freePort } from './support/node.mjs';
import { binary } from './support/process.mjs';
import { Proxy } from './support/proxy.mjs';
import { linked, scenario } from './support/stage.mjs';
import { pause, until } from './support/wait.mjs';

const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const strings = (from, to) => range(from, to).map(String);

scenario('an event published on either node reaches subscribers of both, once', async (stage) => {
  const [a, b] = await stage.pair();
  const [onA, onB] = [await stage.subscribe(a, '/subscribe/c'), await stage.subscribe(b, '/subscribe/c')];
  const first = await publish(a, '/publish/c', { data: 'from a', event: 'tick', retry: 900 });
  const [here, there] = [await onA.next(), await onB.next()];
  assert.equal(here.id, first);
  assert.equal(there.id.split('~')[0], first);
  assert.match(there.id, /~/);
  assert.equal(there.raw.replace(/^id: .*\n/, ''), here.raw.replace(/^id: .*\n/, ''));
  await publish(b, '/publish/c', { data: 'from b' });
  assert.equal((await onA.next()).data, '"from b"');
  assert.equal((await onB.next()).data, '"from b"');
  for (const [node, data] of [
    [a, 'end a'],
    [b, 'end b'],
  ])
    await publish(node, '/publish/c', { data });
  for (const reader of [onA, onB]) assert.deepEqual((await reader.take(2)).sort(), ['"end a"', '"end b"']);
});

scenario('targeted, broadcast and own ids keep what they are', async (stage) => {
  const [a, b] = await stage.pair();
  const me = await stage.subscribe(b, '/channel/c/client/me');
  const other = await stage.subscribe(b, '/channel/c/client/other');
  await publish(a, '/channel/c/client/me', { data: 'mine', id: 'own-1' });
  await publish(a, '/channel', { data: 'all' });
  const event = await me.next();
  assert.deepEqual([event.data, event.id], ['"mine"', 'own-1']);
  assert.equal((await me.next()).data, '"all"');
  assert.equal((await other.next()).data, '"all"');
});

scenario('a client id in use on both nodes gets a targeted event on each', async (stage) => {
  const [a, b] = await stage.pair();
  const readers = [await stage.subscribe(a, '/channel/c/client/me'), await stage.subscribe(b, '/channel/c/client/me')];
  await publish(b, '/channel/c/client/me', { data: 1 });
  for (const reader of readers) assert.equal((await reader.next()).data, '1');
});

scenario(
  'many events of both nodes all arrive once and in the order of each publisher',
  async (stage) => {
    const [a, b] = await stage.pair();
    const readers = [await stage.subscribe(a, '/subscribe/c'), await stage.subscribe(b, '/subscribe/c')];
    const count = 200;
    await Promise.all(
      [a, b].map((node, n) =>
        publishAll(
          node,
          '/publish/c',
          range(1, count).map((i) => [n, i]),
        ),
      ),
    );
    for (const reader of readers) {
      const seen = (await reader.take(2 * count)).map((data) => JSON.parse(data));
      for (const n of [0, 1]) {
        assert.deepEqual(
          seen.filter(([from]) => from === n).map(([, i]) => i),
          range(1, count),
        );
      }
    }
  },
  { seconds: 60 },
);

scenario('a stream moves to the other node and loses nothing', async (stage) => {
  const [a, b] = await stage.pair();
  const reader = await stage.subscribe(a, '/subscribe/c');
  await publishAll(a, '/publish/c', range(1, 5));
  const last = (await Promise.all(range(1, 5).map(() => reader.next()))).at(-1).id;
  reader.close();
  await publishAll(a, '/publish/c', range(6, 8));
  await publishAll(b, '/publish/c', range(9, 10));
  const moved = await stage.subscribe(b, '/subscribe/c', { lastEventId: last });
  await until(
    '6 to 10',
    () => range(6, 10).every((data) => moved.datas.includes(String(data))),
  );
  assert.ok(
    moved.events.every((event) => event.event !== 'gap'),
    JSON.stringify(moved.events),
  );
});

scenario("the first block's position resumes on the other node", async (stage) => {
  const [a, b] = await stage.pair();
  const reader = await stage.subscribe(a, '/subscribe/c');
  reader.close();
  await publishAll(a, '/publish/c', range(1, 3));
  const moved = await stage.subscribe(b, '/subscribe/c', { lastEventId: reader.blocks[0].id });
  await until('all events', () => moved.datas.includes('3'));
  assert.deepEqual(moved.datas, strings(1, 3));
});

scenario('after an orderly stop the other node resumes without gap or repeat', async (stage) => {
  const [a, b] = await stage.pair();
  const reader = await stage.subscribe(a, '/subscribe/c');
  await publishAll(a, '/publish/c', range(1, 5));
  await reader.take(3);
  const { id } = reader.events[2];
  assert.equal((await a.stop()).code, 0);
  await publishAll(b, '/publish/c', range(6, 7));
  const moved = await stage.subscribe(b, '/subscribe/c', { lastEventId: id });
  assert.deepEqual(await moved.take(4), strings(4, 7));
});

scenario(
  'streams that an orderly drain closes under load get each event once on the other node',
  async (stage) => {
    const [a, b] = await stage.pair({ drain: { window: '1s' } });
    const watchers = range(1, 24).map((n) => new Watcher([a, b], `watcher ${n}`, { pauseMs: 1000 }));
    for (const watcher of watchers) stage.defer(() => watcher.close());
    await until('everybody reads', () => watchers.every((watcher) => watcher.opened));
    const publishers = [a, b].map((node, i) => new LoadPublisher(node, `p${i}`, { batch: 2, everyMs: 5 }));
    for (const publisher of publishers) stage.defer(() => publisher.stop());
    await until('events flow', () => publishers.every((publisher) => publisher.acknowledged.length > 50));
    assert.equal((await a.stop()).code, 0);
    await until('everybody moved', () => watchers.every((watcher) => watcher.moves > 0 && watcher.reader.status));
    const before = publishers[1].acknowledged.length;
    await until('events still flow', () => publishers[1].acknowledged.length > before + 100);
    for (const publisher of publishers) await publisher.stop();
    await until('all arrived', () => watchers.every((watcher) => watcher.has(publishers[1])));
    for (const watcher of watchers) {
      assert.equal(watcher.gaps, 0);
      for (const publisher of publishers) assertAll(watcher, publisher);
    }
  },
  { seconds: 60 },
);

scenario('a node that comes back is read at once, though the link to its last life seems to be up', async (stage) => {
  const ports = [await freePort(), await freePort()];
  const proxy = await Proxy.to({ port: ports[1] });
  stage.defer(async () => proxy.close());
  const [a, b] = ports.map((port, i) =>
    stage.prepare({
      node: { name: 'ab'[i] },
      http: { port },
      hosts: { peers: [`127.0.0.1:${i === 0 ? proxy.port : ports[0]}`] },
    }),
  );
  await Promise.all([a.start(), b.start()]);
  await linked([a, b]);
  const reader = await stage.subscribe(a, '/subscribe/c');
  proxy.hold();
  await b.kill();
  await b.start();
  await publish(b, '/publish/c', { data: 1 });
  assert.equal((await reader.next()).data, '1');
});

scenario('a node that comes back has the history of the other', async (stage) => {
  const [a, b] = await stage.pair();
  const before = (await stage.subscribe(a, '/subscribe/c')).blocks[0].id;
  await a.stop();
  await publishAll(b, '/publish/c', range(1, 3));
  await a.start();
  await linked([a, b]);
  const reader = await stage.subscribe(a, '/subscribe/c', { lastEventId: before });
  assert.deepEqual(await reader.take(3), strings(1, 3));
  const all = await stage.subscribe(a, '/subscribe/c?last_event_id=earliest');
  assert.deepEqual(await all.take(3), strings(1, 3));
});

scenario(
  'a quiet channel has no gap after both nodes were restarted in turn',
  async (stage) => {
    const [a, b] = await stage.pair({ history: { max_age: '2s' } });
    const ids = await publishAll(a, '/publish/quiet', [1]);
    const reader = await stage.subscribe(b, '/subscribe/quiet?last_event_id=earliest');
    await until('the event on the other node', () => reader.datas.includes('1'));
    const { id } = reader.blocks.at(-1);
    reader.close();
    await until(
      'the history expires',
      async () => {
        const answer = await call(a, 'GET', '/channels/quiet');
        return answer.status === 404 || answer.json().events === 0;
      },
      15000,
    );
    for (const node of [a, b]) {
      await node.restart();
      await linked([a, b]);
    }
    for (const node of [a, b]) {
      for (const from of [id, ids[0]]) {
        const again = await stage.subscribe(node, '/subscribe/quiet', { lastEventId: from });
        const data = `${from} on ${node.config.node.name}`;
        await publish(node, '/publish/quiet', { data });
        await until('the new event', () => again.datas.includes(JSON.stringify(data)));
        assert.ok(
          again.events.every((event) => event.event !== 'gap'),
          JSON.stringify(again.events),
        );
        again.close();
      }
    }
  },
  { seconds: 90 },
);

scenario(
  'a peer that is gone delays nobody and is listed',
  async (stage) => {
    const [a, b] = await stage.pair();
    const reader = await stage.subscribe(a, '/subscribe/c');
    await b.kill();
    await publish(a, '/publish/c', { data: 1 });
    assert.equal((await reader.next()).data, '1');
    await until('the link is told broken', async () => {
      const { cluster } = await a.status();
      return cluster.nodes.length === 1 && cluster.nodes[0].link !== 'connected';
    });
    assert.equal(await a.probe('/readyz'), 200);
    await b.start();
    await linked([a, b]);
    await publish(a, '/publish/c', { data: 2 });
    const late = await stage.subscribe(b, '/subscribe/c?last_event_id=earliest');
    await until('both events', () => late.datas.includes('1') && late.datas.includes('2'));
  },
  { seconds: 60 },
);

scenario('status names the other node, its address and its link', async (stage) => {
  const [a, b] = await stage.pair();
  const { cluster } = await a.status();
  assert.equal(cluster.nodes.length, 1);
  const [peer] = cluster.nodes;
  assert.deepEqual([peer.name, peer.http_port, peer.state, peer.link], ['b', b.port, 'alive', 'connected']);
  assert.equal(peer.lag_events, 0);
  assert.ok(peer.address.includes('127.0.0.1'));
});

scenario('no node lags when all is delivered', async (stage) => {
  const [a, b] = await stage.pair();
  const reader = await stage.subscribe(b, '/subscribe/c');
  for (const n of range(1, 3)) await publish(a, '/publish/c', { data: n });
  await reader.take(3);
  await pause(2500); // the lag is told every two seconds
  for (const node of [a, b]) {
    await until('no lag', async () => (await node.status()).cluster.nodes[0].lag_events === 0);
    assert.equal(await node.metric('sse_relay_lag_events'), 0);
  }
});

scenario('deletions reach the other node', async (stage) => {
  const [a, b] = await stage.pair();
  const [me, all] = [await stage.subscribe(b, '/channel/c/client/me'), await stage.subscribe(b, '/subscribe/c')];
  await call(a, 'DELETE', '/channel/c/client/me');
  await me.end();
  const id = await publish(b, '/publish/c', { data: 1 });
  await all.next();
  await call(a, 'DELETE', '/channel/c');
  await all.end();
  const again = await stage.subscribe(b, '/subscribe/c', { lastEventId: id });
  assert.equal((await again.next()).event, 'gap');
});

scenario('an idempotency key counts on every node', async (stage) => {
  const [a, b] = await stage.pair();
  const reader = await stage.subscribe(b, '/subscribe/c');
  const headers = { 'idempotency-key': 'k' };
  const id = await publish(a, '/publish/c', { data: 1 }, headers);
  await reader.next();
  assert.equal(await publish(b, '/publish/c', { data: 1 }, headers), id);
  await publish(b, '/publish/c', { data: 'after' });
  assert.equal((await reader.next()).data, '"after"');
});

scenario('publish.wait = peers answers once the peer has the event', async (stage) => {
  const [a, b] = await stage.pair({ publish: { wait: 'peers' } });
  const reader = await stage.subscribe(b, '/subscribe/c');
  assert.match(await publish(a, '/publish/c', { data: 1 }), identity);
  await a.kill();
  assert.equal((await reader.next()).data, '1');
  const answer = await call(b, 'POST', '/publish/c', { body: '{"data":2}', headers: json });
  assert.ok([200, 503].includes(answer.status), `${answer.status}`);
});

scenario(
  'publish.wait = peers is 503 when a peer does not answer, and the event stays published',
  async (stage) => {
    const [a, b] = await stage.pair({ publish: { wait: 'peers' } });
    const reader = await stage.subscribe(a, '/subscribe/c');
    stage.defer(() => b.program.signal('SIGCONT'));
    await b.program.freeze();
    const request = { body: '{"data":1}', headers: json, timeout: 20000 };
    const answer = await call(a, 'POST', '/publish/c', request);
    assert.match(assertProblem(answer, 503).detail, /publish\.wait: .*it stays published/);
    assert.match(answer.headers['retry-after'], /^\d+$/);
    assert.equal((await reader.next()).data, '1');
    b.program.signal('SIGCONT');
    const late = await stage.subscribe(b, '/subscribe/c?last_event_id=earliest');
    assert.equal((await late.next()).data, '1');
  },
  { seconds: 60 },
);

scenario('of two nodes with one name the newcomer turns not ready and says why', async (stage) => {
  const ports = [await freePort(), await freePort()];
  const hosts = { peers: ports.map((port) => `127.0.0.1:${port}`) };
  const [first, second] = ports.map((port) => stage.prepare({ hosts, http: { port }, node: { name: 'same' } }));
  await first.start();
  second.spawn();
  second.port = ports[1];
  await until(
    'the newcomer says why',
    async () => {
      const answer = await call(second, 'GET', '/readyz').catch(() => undefined);
      return answer?.status === 503 && /same/.test(answer.body);
    },
    15000,
  );
  assert.match(second.log, /same/);
  assert.equal(await first.probe('/readyz'), 200);
});

const faketime = readdirSync('/usr/lib')
  .map((folder) => `/usr/lib/${folder}/faketime/libfaketimeMT.so.1`)
  .find(existsSync);
const anHourAhead = { env: { LD_PRELOAD: faketime, FAKETIME: '+1h', DONT_FAKE_MONOTONIC: '1' } };
const noClock = /\/(asan|tsan)\//.test(binary) && 'a preloaded clock and a sanitizer exclude each other';

scenario(
  'clocks an hour apart break neither order, nor resume, nor expiry',
  async (stage) => {
    const [a, b] = await stage.pair({ history: { max_age: '3s' } }, anHourAhead);
    const timeOf = async (node) => Date.parse((await call(node, 'GET', '/livez')).headers.date);
    assert.ok((await timeOf(b)) - (await timeOf(a)) > 3500_000, 'the second clock is ahead');
    const readers = [await stage.subscribe(a, '/subscribe/c'), await stage.subscribe(b, '/subscribe/c')];
    for (const n of range(1, 10)) await publish(n % 2 ? a : b, '/publish/c', { data: n });
    for (const reader of readers) {
      const seen = (await reader.take(10)).map(Number);
      for (const odd of [0, 1]) {
        const own = (n) => n % 2 === odd;
        assert.deepEqual(seen.filter(own), range(1, 10).filter(own));
      }
    }
    const first = readers[0].events[0].id;
    for (const node of [a, b]) {
      const again = await stage.subscribe(node, '/subscribe/c', { lastEventId: first });
      await until('the rest', () => new Set(again.datas).size >= 9);
      assert.ok(again.events.every((event) => event.event !== 'gap'), 'history of now has not expired');
      again.close();
    }
    for (const reader of readers) reader.close();
    for (const node of [a, b]) {
      await until('the history expires', async () => {
        const answer = await call(node, 'GET', '/channels/c');
        return answer.status === 404 || answer.json().events === 0;
      });
    }
    const late = await stage.subscribe(b, '/subscribe/c', { lastEventId: first });
    assert.equal((await late.next()).event, 'gap');
  },
  { skip: noClock },
);
