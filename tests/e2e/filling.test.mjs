// A node that is filled after it became ready.
import assert from 'node:assert/strict';
import { publish } from './support/http.mjs';
import { freePort } from './support/node.mjs';
import { Proxy } from './support/proxy.mjs';
import { FakePeer, checkpoint, events, filled, frame, hello, number, tag } from './support/relay_peer.mjs';
import { linked, scenario } from './support/stage.mjs';
import { pause, until } from './support/wait.mjs';

const hosts = (...ports) => ({ peers: ports.map((port) => `127.0.0.1:${port}`) });

/** Node `a` with events 1 to 5, and `b`, ready without it, behind a proxy that lets nothing through yet. */
async function apart(stage) {
  const ports = [await freePort(), await freePort()];
  const a = await stage.node({ node: { name: 'a' }, http: { port: ports[0] }, hosts: hosts(ports[1]) });
  const ids = [];
  for (let i = 1; i <= 5; i += 1) ids.push(await publish(a, '/publish/c', { data: i }));
  const proxy = await Proxy.to(a);
  stage.defer(() => proxy.close());
  proxy.cut();
  const b = await stage.node({
    node: { name: 'b' },
    http: { port: ports[1] },
    hosts: hosts(proxy.port),
    cluster: { start_timeout: '100ms' },
  });
  return { a, b, ids, join: () => (proxy.restore(), linked([a, b])) };
}

scenario('a node whose first link comes late has what was before, and takes over who was there', async (stage) => {
  const { a, b, ids, join } = await apart(stage);
  await join();
  await a.stop();
  const reader = await stage.subscribe(b, '/subscribe/c', { lastEventId: ids[1] });
  assert.deepEqual(await reader.take(3), ['3', '4', '5']);
});

scenario('a position within what a node was filled with can be resumed there and on its donor', async (stage) => {
  const [a, b] = await stage.pair();
  for (let i = 1; i <= 5; i += 1) await publish(a, '/publish/c', { data: i });
  await b.restart();
  await linked([a, b]);
  const all = await stage.subscribe(b, '/subscribe/c?last_event_id=earliest');
  await all.take(5);
  for (const node of [b, a]) {
    const reader = await stage.subscribe(node, '/subscribe/c', { lastEventId: all.events[1].id });
    assert.deepEqual(await reader.take(3), ['3', '4', '5']);
  }
});

scenario('positions of a node that publishes nothing are known to its next life', async (stage) => {
  const [a, b] = await stage.pair();
  const before = await stage.subscribe(b, '/subscribe/c');
  await publish(a, '/publish/c', { data: 1 });
  const { id } = await before.next();
  await b.restart();
  await linked([a, b]);
  const reader = await stage.subscribe(b, '/subscribe/c', { lastEventId: id });
  await publish(a, '/publish/c', { data: 2 });
  assert.equal((await reader.next()).data, '2');
});

scenario('what a fresh node has let go before a peer could read it is told there', async (stage) => {
  const ports = [await freePort(), await freePort()];
  const config = { history: { max_events: 60 }, stream: { backlog_events: 60 }, cluster: { start_timeout: '300ms' } };
  const [a, b] = ports.map((port, i) =>
    stage.prepare({ ...config, node: { name: 'ab'[i] }, http: { port }, hosts: hosts(...ports) }),
  );
  await Promise.all([a.start(), b.start()]);
  await linked([a, b]);
  const reader = await stage.subscribe(b, '/subscribe/c');
  await a.stop();
  await b.program.freeze();
  await a.start();
  for (let i = 0; i < 65; i += 1) await publish(a, '/publish/c', { data: i });
  b.program.signal('SIGCONT');
  await until('the last one', () => reader.datas.includes('64'), 15000);
  assert.equal(reader.events.filter(({ event }) => event === 'gap').length, 1);
  const kept = reader.events.filter(({ event }) => event !== 'gap').map(({ data }) => Number(data));
  assert.deepEqual(kept, Array.from({ length: 60 }, (_, i) => i + 5));
});

scenario(
  'what a node told to one peer alone before it died comes to the others from that one',
  async (stage) => {
    const ports = [await freePort(), await freePort(), await freePort()];
    // b has two addresses at c: whichever is dialed first when the link is made anew must do.
    const [proxy, second] = [await Proxy.to({ port: ports[0] }), await Proxy.to({ port: ports[1] })];
    stage.defer(async () => (proxy.close(), second.close()));
    const [a, b, c] = [hosts(...ports), hosts(...ports), hosts(proxy.port, ports[1], second.port)].map((each, i) =>
      stage.prepare({ node: { name: 'abc'[i] }, http: { port: ports[i] }, hosts: each }),
    );
    await Promise.all([a, b, c].map((node) => node.start()));
    await linked([a, b, c]);
    const [onB, onC] = [await stage.subscribe(b, '/subscribe/c'), await stage.subscribe(c, '/subscribe/c')];
    await publish(a, '/publish/c', { data: 1 });
    for (const reader of [onB, onC]) assert.equal((await reader.next()).data, '1');
    proxy.cut();
    await publish(a, '/publish/c', { data: 2 });
    await publish(a, '/publish/c', { data: 3 });
    assert.deepEqual(await onB.take(2), ['2', '3']);
    await a.kill();
    assert.deepEqual(await onC.take(2, 40000), ['2', '3']);
    assert.equal(await c.metric('sse_relay_refills_total'), 1);
    await publish(b, '/publish/c', { data: 4 });
    for (const reader of [onB, onC]) assert.equal((await reader.next()).data, '4');
  },
  { seconds: 80 },
);

scenario(
  'a donor that published nothing leaves, and nobody lacks anything or is told so',
  async (stage) => {
    const ports = [await freePort(), await freePort(), await freePort()];
    const [a, b, c] = ports.map((port, i) =>
      stage.prepare({ node: { name: 'abc'[i] }, http: { port }, hosts: hosts(...ports) }),
    );
    await Promise.all([a.start(), b.start()]);
    await linked([a, b]);
    for (let i = 0; i < 3; i += 1) await publish(a, '/publish/c', { data: i });
    await a.program.freeze();
    const woken = pause(400).then(() => a.program.signal('SIGCONT'));
    await Promise.all([c.start(), woken]);
    await linked([a, b, c]);
    const readers = [await stage.subscribe(a, '/subscribe/c'), await stage.subscribe(c, '/subscribe/c')];
    await b.stop();
    await pause(20000); // longer than what is lacking takes to be settled
    for (const node of [a, c]) assert.equal(await node.metric('sse_relay_refills_total'), 0);
    for (const reader of readers) assert.deepEqual(reader.events, []);
  },
  { seconds: 60 },
);

scenario('a node that comes back is filled by one of those who started together, quiet ones or not', async (stage) => {
  const ports = [];
  while (ports.length < 4) ports.push(await freePort());
  const nodes = ports.map((port, i) =>
    stage.prepare({ node: { name: `n${i}` }, http: { port }, hosts: hosts(...ports) }),
  );
  await Promise.all(nodes.map((node) => node.start()));
  await linked(nodes);
  for (let i = 0; i < 100; i += 1) await publish(nodes[0], '/publish/c', { data: i });
  await nodes[3].restart();
  await linked(nodes);
  await publish(nodes[1], '/publish/c', { data: 'more' });
  const reader = await stage.subscribe(nodes[3], '/subscribe/c?last_event_id=earliest');
  assert.equal((await reader.take(101)).at(-1), '"more"');
  assert.equal(await nodes[3].metric('sse_relay_events_received_total'), 101);
});

scenario('an empty node that is met first hides nobody who has something', async (stage) => {
  const [atA, atB, atD, atX] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const lone = { cluster: { start_timeout: '100ms' } };
  const a = await stage.node({ ...lone, node: { name: 'a' }, http: { port: atA }, hosts: hosts(atD, atX) });
  const d = await stage.node({ node: { name: 'd' }, http: { port: atD }, hosts: hosts(atA) });
  await linked([a, d]);
  for (const data of [1, 2, 3]) await publish(d, '/publish/c', { data });
  await d.stop();
  await stage.node({ ...lone, node: { name: 'b' }, http: { port: atB }, hosts: hosts(atX) });
  const x = stage.prepare({ node: { name: 'x' }, http: { port: atX }, hosts: hosts(atB, atA) });
  await a.program.freeze();
  const woken = pause(500).then(() => a.program.signal('SIGCONT'));
  await Promise.all([x.start(), woken]);
  const reader = await stage.subscribe(x, '/subscribe/c?last_event_id=earliest');
  assert.deepEqual(await reader.take(3), ['1', '2', '3']);
});

/** A node that was linked to a peer which is gone for good, and said `sent`. */
async function survivor(stage, sent) {
  const peer = await FakePeer.start(stage, (wanted) => (wanted ? sent : hello('gone', { head: 9 })));
  const node = await stage.node({
    hosts: { peers: [`127.0.0.1:${peer.port}`] },
    cluster: { start_timeout: '200ms' },
  });
  await peer.linked();
  peer.close();
  await until('the link is lost', () => node.log.includes('relay-link-lost'));
  return node;
}

scenario('what comes by a fill is acknowledged at its end: a donor that breaks leaves nothing', async (stage) => {
  const peer = await FakePeer.start(stage, (wanted) =>
    wanted ? events('donor', 'c', [1, 2]) : hello('donor', { head: 2 }),
  );
  const node = await stage.node({
    hosts: { peers: [`127.0.0.1:${peer.port}`] },
    cluster: { start_timeout: '200ms' },
  });
  await peer.linked();
  await until('both have come', async () => (await node.metric('sse_relay_events_received_total')) === 2);
  await pause(300);
  assert.equal(peer.acknowledgements, 0);
  peer.send(filled('donor', 2));
  await until('they are acknowledged', () => peer.acknowledgements > 0);
});

scenario('positions of a peer that died before it had given all are told to be unknown', async (stage) => {
  const node = await survivor(stage, Buffer.concat([events('gone', 'c', [1, 2]), checkpoint('gone', 4)]));
  const reader = await stage.subscribe(node, '/subscribe/c', { lastEventId: '5-gone0000' });
  const first = await reader.next();
  assert.equal(first.event, 'gap');
  assert.equal(JSON.parse(first.data).reason, 'unknown-position');
});

scenario('positions of a peer that had published nothing are known when it is gone', async (stage) => {
  const quiet = frame(7, tag('gone'), number(9), number(0));
  const node = await survivor(stage, Buffer.concat([quiet, checkpoint('gone', 9)]));
  const reader = await stage.subscribe(node, '/subscribe/c', { lastEventId: '9-gone0000' });
  await publish(node, '/publish/c', { data: 1 });
  assert.equal((await reader.next()).data, '1');
});
