// What people see of a cluster: who is told what, /status, metrics.
import assert from 'node:assert/strict';
import { call, publish, publishAll } from './support/http.mjs';
import { openssl } from './support/jwks.mjs';
import { freePort } from './support/node.mjs';
import { events, FakePeer, filled, hello } from './support/relay_peer.mjs';
import { linked, scenario } from './support/stage.mjs';
import { tlsNode } from './support/tls_node.mjs';
import { pause, until } from './support/wait.mjs';

const warns = (node, id) =>
  until(
    `${node.config.node.name} warns of ${id}`,
    async () => (await node.status()).warnings.find((one) => id.test(one.id)),
    20000,
  );

/** The log is written by a thread of its own: a line may come later than what /status says. */
const logs = (node, id) => until(`the log of ${node.config.node.name} has ${id}`, () => id.test(node.log));

/** Two nodes that gossip, the second joining the first; what `second` has differs. */
async function gossips(stage, first, { name: other = 'b', ...second }) {
  const ports = [await freePort(), await freePort()];
  const make = (name, port, more) =>
    stage.prepare({ node: { name }, discovery: ['gossip'], cluster: { start_timeout: '500ms' }, ...more,
      gossip: { bind: '127.0.0.1', port, ...more.gossip } });
  const a = make('a', ports[0], first);
  await a.start();
  const hosts = [`127.0.0.1:${ports[0]}`];
  const b = make(other, ports[1], { ...second, gossip: { ...second.gossip, hosts } });
  return { a, b, ports };
}

/** Starts a node that may never be ready; its configuration names the port. */
async function startUnready(node) {
  node.spawn();
  node.port = node.config.http.port;
  await until('it serves', async () => (await node.probe('/livez')) === 200);
}

for (const [what, first, second] of [
  ['key', { secret_key: '0123456789abcdef' }, { secret_key: 'fedcba9876543210' }],
  ['key on one side', { secret_key: '0123456789abcdef' }, {}],
  ['label', { label: 'one' }, { label: 'two' }],
]) {
  scenario(`another gossip ${what} is told on both sides`, async (stage) => {
    const { a, b } = await gossips(stage, { gossip: first }, { gossip: second, http: { port: await freePort() } });
    await startUnready(b);
    const refused = await warns(a, /^gossip-stream-refused$/);
    assert.equal(refused.about, '127.0.0.1');
    await warns(b, /^gossip-join-failed$/);
    assert.ok(refused.text && refused.count >= 1 && refused.seconds_ago >= 0);
    await logs(a, /gossip-stream-refused/);
    await logs(b, /gossip-join-failed/);
    assert.equal((await a.status()).gossip.member_count, 1);
  });
}

for (const [what, secrets] of [
  ['another cluster.secret', ['first secret', 'second secret']],
  ['a cluster.secret on one side only', ['first secret', undefined]],
]) {
  scenario(`${what} is told on both sides`, async (stage) => {
    const ports = [await freePort(), await freePort()];
    const hosts = { peers: ports.map((port) => `127.0.0.1:${port}`) };
    const nodes = ['a', 'b'].map((name, i) =>
      stage.prepare({ hosts, node: { name }, http: { port: ports[i] },
        cluster: { start_timeout: '500ms', ...(secrets[i] && { secret: secrets[i] }) } }),
    );
    await Promise.all(nodes.map((node) => node.start()));
    for (const node of nodes) {
      const { text } = await warns(node, /^relay-link-failed$/);
      assert.match(text, /cluster\.secret/);
      await logs(node, /relay-link-failed/);
    }
    const reader = await stage.subscribe(nodes[1], '/subscribe/c');
    await publish(nodes[0], '/publish/c', { data: 'other' });
    await publish(nodes[1], '/publish/c', { data: 'own' });
    assert.equal((await reader.next()).data, '"own"');
    const lines = nodes[0].log.split('\n').filter((line) => line.includes('cluster.secret')).length;
    assert.ok(lines < 30, `${lines} lines`);
  });
}

scenario('of two nodes with one name found by gossip both tell, and the first stays ready', async (stage) => {
  const { a, b } = await gossips(stage, {}, { name: 'a', http: { port: await freePort() } });
  await startUnready(b);
  await until('the newcomer is not ready', async () => (await b.probe('/readyz')) === 503);
  await until('its metric says so', async () => (await b.metric('sse_node_ready')) === 0);
  for (const node of [a, b]) {
    await warns(node, /^(gossip-own-name-clash|gossip-name-clash|node-name-clash)$/);
    await logs(node, /name-clash/);
  }
  assert.equal(await a.probe('/readyz'), 200);
});

scenario(
  'a newcomer with the name of another stays unready, and goes without harm to the other',
  async (stage) => {
    const { a, b } = await gossips(stage, { gossip: { intervals: 'local' } }, { gossip: { intervals: 'local' } });
    await b.start();
    await linked([a, b]);
    const reader = await stage.subscribe(a, '/subscribe/c');
    const gossip = { ...b.config.gossip, port: await freePort() };
    const twin = stage.prepare({ ...b.config, gossip, http: { port: await freePort() } });
    await startUnready(twin);
    await until('the newcomer is not ready', async () => (await twin.probe('/readyz')) === 503);
    await logs(twin, /gossip-own-name-clash/);
    const begun = Date.now();
    while (Date.now() - begun < 35000) {
      for (const node of [a, b]) assert.equal(await node.probe('/readyz'), 200);
      assert.equal(await twin.probe('/readyz'), 503);
      await pause(500);
    }
    await twin.stop();
    await pause(2000);
    for (const node of [a, b]) assert.doesNotMatch(node.log, /gossip-member-(left|dead)|relay-link-lost/);
    await publish(b, '/publish/c', { data: 'still here' });
    assert.equal((await reader.next()).data, '"still here"');
  },
  { seconds: 90 },
);

scenario('gossip without a key at a public address is told for as long as it is so', async (stage) => {
  const gossip = { bind: '127.0.0.1', port: await freePort(), advertise: '203.0.113.7' };
  const open = { discovery: ['gossip'], gossip };
  const node = await stage.node(open);
  const { about } = await warns(node, /^gossip-open$/);
  assert.equal(about, `203.0.113.7:${open.gossip.port}`);
  await logs(node, /gossip-open/);
  const keyed = { ...open.gossip, port: await freePort(), secret_key: 'k'.repeat(16) };
  const closed = await stage.node({ ...open, gossip: keyed });
  assert.deepEqual((await closed.status()).warnings, []);
});

scenario('each entry of hosts.peers is in /status, with its link or with a warning', async (stage) => {
  const gone = await freePort();
  const peers = [`127.0.0.1:${gone}`, 'no-such-host.invalid:8080'];
  const node = await stage.node({ hosts: { peers }, cluster: { start_timeout: '500ms' } });
  const { about, text } = await warns(node, /^hosts-unresolved$/);
  assert.equal(about, 'no-such-host.invalid');
  assert.match(text, /does not resolve/);
  const row = async () => (await node.status()).cluster.nodes.find((one) => one.http_port === gone);
  await until('the link is broken', async () => (await row())?.link === 'broken', 20000);
  assert.match((await row()).reason, /refused/);
});

for (const how of ['stopped', 'killed']) {
  scenario(
    `a node that was ${how} is taken back under its name at another address`,
    async (stage) => {
      const local = { gossip: { intervals: 'local' } };
      const { a, b, ports } = await gossips(stage, local, local);
      await b.start();
      await linked([a, b]);
      if (how === 'stopped') await b.stop();
      else await b.kill();
      const gossip = { ...b.config.gossip, bind: '127.0.0.1', port: await freePort() };
      const back = stage.prepare({ ...b.config, gossip, http: { ...b.config.http, port: await freePort() } });
      await startUnready(back);
      const ready = async () => (await back.probe('/readyz')) === 200;
      await until('it is ready', ready, how === 'stopped' ? 20000 : 90000);
      await linked([a, back]);
      await until(
        'it is there under its name, and its old address is not',
        async () => {
          const { gossip: told, cluster } = await a.status();
          const row = cluster.nodes.find((node) => node.http_port === back.port);
          const old = `127.0.0.1:${ports[1]}` in told.members;
          return `127.0.0.1:${gossip.port}` in told.members && !old && row?.name === 'b' && row.state === 'alive';
        },
        90000,
      );
      const reader = await stage.subscribe(back, '/subscribe/c');
      await publish(a, '/publish/c', { data: 'welcome' });
      assert.equal((await reader.next()).data, '"welcome"');
    },
    { seconds: 150 },
  );
}

scenario('/status has every field of the contract', async (stage) => {
  const { a, b } = await gossips(stage, {}, {});
  await b.start();
  await linked([a, b]);
  const reader = await stage.subscribe(a, '/channel/news/client/c1');
  await publish(a, '/publish/news', { data: 1 });
  await reader.next();
  await until('it is counted', async () => (await a.status()).totals.delivered >= 1);
  const status = await a.status();
  assert.ok(Number.isInteger(status.num_goroutines) && status.num_goroutines > 1);
  assert.equal(status.gossip.member_count, 2);
  assert.deepEqual(status.channels, { news: ['c1'] });
  assert.equal(status.channels_total, 1);
  const { name, version, uptime_s, ready, http_port, gossip_port } = status.node;
  assert.deepEqual([name, ready, http_port, gossip_port], ['a', true, a.port, a.config.gossip.port]);
  assert.ok(version && uptime_s >= 0);
  const [peer] = status.cluster.nodes;
  assert.deepEqual(
    [peer.name, peer.address, peer.http_port, peer.state, peer.link, typeof peer.lag_events],
    ['b', '127.0.0.1', b.port, 'alive', 'connected', 'number'],
  );
  const gossip = status.plugins.find((plugin) => plugin.kind === 'discovery');
  assert.deepEqual([gossip.name, gossip.state], ['gossip', 'running']);
  assert.ok(gossip.version);
  const { subscribers, published, delivered } = status.totals;
  assert.deepEqual([subscribers, published], [1, 1]);
  assert.ok(delivered >= 1);
  assert.deepEqual(status.warnings, []);
});

/** Waits until a metric, labels in it, is as `fits` says. */
const moves = (node, row, fits, ms = 20000) =>
  until(`${row} moves`, async () => {
    const { body } = await call(node, 'GET', '/metrics');
    const line = body.split('\n').find((one) => one.startsWith(`${row} `));
    assert.ok(line !== undefined || ms > 0, `there is ${row}`);
    return line !== undefined && fits(Number(line.slice(line.lastIndexOf(' ') + 1)));
  }, ms);

scenario(
  'every metric of the cluster is there and moves',
  async (stage) => {
    const { a, b } = await gossips(stage, {}, {});
    await b.start();
    await linked([a, b]);
    await moves(a, 'sse_gossip_members{state="alive"}', (value) => value === 2);
    await moves(a, 'sse_gossip_changes_total{state="alive"}', (value) => value >= 2);
    await moves(a, 'sse_gossip_probe_seconds_count', (value) => value > 0);
    await moves(a, 'sse_node_ready', (value) => value === 1);
    await moves(a, 'sse_node_failed_plugins', (value) => value === 0);
    await moves(a, 'sse_cluster_nodes', (value) => value === 1);
    await moves(a, 'sse_cluster_unlinked', (value) => value === 0);
    await moves(a, 'sse_channel_budget_bytes', (value) => value === 256 << 20);
    await moves(a, 'sse_relay_links', (value) => value === 2);
    await publishAll(a, '/publish/c', [1, 2, 3]);
    await publishAll(b, '/publish/c', [4, 5]);
    await moves(a, 'sse_relay_events_sent_total', (value) => value === 3);
    await moves(a, 'sse_relay_events_received_total', (value) => value === 2);
    await moves(a, 'sse_cluster_events_total', (value) => value === 2);
    await moves(a, 'sse_relay_sent_bytes_total', (value) => value > 0);
    await moves(a, 'sse_bus_published_total', (value) => value > 0);
    await moves(a, 'sse_bus_queued', (value) => value >= 0);
    await b.program.freeze();
    await publishAll(a, '/publish/c', [6, 7, 8, 9]);
    await moves(a, 'sse_relay_lag_events', (value) => value >= 4);
    const large = 'x'.repeat(900_000);
    for (let i = 0; i < 40; i += 1) await publish(a, '/publish/large', { data: large });
    await moves(a, 'sse_relay_queued_bytes', (value) => value > 0);
    await moves(a, 'sse_gossip_members{state="suspect"}', (value) => value === 1);
    await moves(a, 'sse_gossip_probe_failures_total', (value) => value > 0);
    b.program.signal('SIGCONT');
    await moves(a, 'sse_relay_lag_events', (value) => value === 0);
    await b.kill();
    await moves(a, 'sse_relay_links', (value) => value === 0);
    await moves(a, 'sse_cluster_unlinked', (value) => value === 1);
    await moves(a, 'sse_relay_reconnects_total', (value) => value > 0);
    await moves(a, 'sse_gossip_changes_total{state="dead"}', (value) => value > 0, 40000);
  },
  { seconds: 120 },
);

scenario('events that a peer sends again are dropped and counted', async (stage) => {
  const sent = Buffer.concat([
    events('again', 'c', [1, 2]),
    events('again', 'c', [1, 2, 3]),
    filled('again', 3),
  ]);
  const peer = await FakePeer.start(stage, (wanted) => (wanted ? sent : hello('again')));
  const node = await stage.node({
    hosts: { peers: [`127.0.0.1:${peer.port}`] },
    cluster: { start_timeout: '200ms' },
  });
  await peer.linked();
  await until('three have arrived', async () => (await node.metric('sse_cluster_events_total')) === 3);
  assert.equal(await node.metric('sse_cluster_duplicates_total'), 2);
  const reader = await stage.subscribe(node, '/subscribe/c?last_event_id=earliest');
  assert.deepEqual(await reader.take(3), ['1', '2', '3']);
});

scenario('a node tells when its certificate ends, and of a new one after SIGHUP', async (stage) => {
  const { node, certificate, metric } = await tlsNode(stage);
  const days = async () => Math.round(((await metric('sse_node_tls_expiry_seconds')) - Date.now() / 1000) / 8640) / 10;
  assert.equal(await days(), 2);
  const key = certificate.replace('cert.pem', 'key.pem');
  openssl(['req', '-x509', '-new', '-key', key, '-subj', '/CN=localhost', '-days', '30', '-out', certificate]);
  node.program.signal('SIGHUP');
  await until('the new one is told', async () => (await days()) === 30);
});
