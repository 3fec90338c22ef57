// The routes beside publish and subscribe: batch, delete, status, channels, health, metrics.
import assert from 'node:assert/strict';
import { assertProblem, call, identity, ndjson, publish, stream } from './support/http.mjs';
import { freePort } from './support/node.mjs';
import { scenario } from './support/stage.mjs';
import { until } from './support/wait.mjs';

const batch = (node, lines) => call(node, 'POST', '/publish', { body: lines.join('\n'), headers: ndjson });

scenario('a batch publishes each line to its channel and tells each outcome', async (stage) => {
  const node = await stage.node();
  const reader = await stage.subscribe(node, '/subscribe?channel=a&channel=b');
  const good = await batch(node, ['{"channel":"a","data":1}', '{"channel":"b","data": {"x":2} ,"event":"tick"}', '']);
  assert.equal(good.status, 200);
  assert.equal(good.json().results.length, 2);
  for (const { id } of good.json().results) assert.match(id, identity);
  const mixed = await batch(node, ['{"channel":"a","data":3}', 'nonsense', '{"data":4}', '{"channel":"a","data":5}']);
  assert.equal(mixed.status, 207);
  const [one, bad, lost, two] = mixed.json().results;
  assert.match(one.id, identity);
  assert.match(two.id, identity);
  for (const line of [bad, lost]) {
    assert.equal(line.status, 400);
    assert.ok(line.detail.length > 0);
  }
  assert.deepEqual(await reader.take(4), ['1', '{"x":2}', '3', '5']);
});

scenario('a batch of another type is refused', async (stage) => {
  const node = await stage.node();
  assertProblem(
    await call(node, 'POST', '/publish', { body: '{}', headers: { 'content-type': 'application/json' } }),
    415,
  );
});

scenario('deleting a client ends its stream alone', async (stage) => {
  const node = await stage.node();
  const me = await stage.subscribe(node, '/channel/c/client/me');
  const other = await stage.subscribe(node, '/channel/c/client/other');
  const answer = await call(node, 'DELETE', '/channel/c/client/me');
  assert.ok(answer.status >= 200 && answer.status < 300, `${answer.status}`);
  await me.end();
  await publish(node, '/publish/c', { data: 1 });
  assert.equal((await other.next()).data, '1');
});

scenario('deleting a channel ends all its streams and forgets its history', async (stage) => {
  const node = await stage.node();
  const readers = [await stage.subscribe(node, '/subscribe/c'), await stage.subscribe(node, '/subscribe/c')];
  await publish(node, '/publish/c', { data: 1 });
  const answer = await call(node, 'DELETE', '/channel/c');
  assert.ok(answer.status >= 200 && answer.status < 300, `${answer.status}`);
  for (const reader of readers) await reader.end();
  const again = await stage.subscribe(node, '/subscribe/c?last_event_id=earliest');
  await publish(node, '/publish/c', { data: 2 });
  const seen = await again.take(1);
  if (again.events[0].event === 'gap') assert.deepEqual(await again.take(1), ['2']);
  else assert.deepEqual(seen, ['2']);
});

scenario('status has the shape of the original and more', async (stage) => {
  const node = await stage.node({ node: { name: 'shape' } });
  const reader = await stage.subscribe(node, '/channel/news/client/c1');
  await publish(node, '/publish/news', { data: 1 });
  await reader.next();
  const answer = await call(node, 'GET', '/status');
  assert.match(answer.headers['content-type'], /^application\/json/);
  const status = answer.json();
  assert.ok(status.num_goroutines >= 1);
  assert.equal(status.gossip.member_count, 1);
  assert.equal(typeof status.gossip.members, 'object');
  assert.deepEqual(status.channels, { news: ['c1'] });
  assert.equal(status.node.name, 'shape');
  assert.equal(status.node.ready, true);
  assert.equal(status.node.http_port, node.port);
  assert.ok(status.node.version.length > 0 && status.node.uptime_s >= 0);
  assert.deepEqual(status.cluster.nodes, []);
  const plugins = Object.fromEntries(status.plugins.map((plugin) => [plugin.kind, plugin]));
  assert.deepEqual([plugins.discovery.name, plugins.transport.name, plugins.auth.name], ['hosts', 'relay', 'open']);
  for (const plugin of status.plugins) assert.equal(plugin.state, 'running');
  const { subscribers, published, delivered } = status.totals;
  assert.deepEqual([subscribers, published, delivered], [1, 1, 1]);
});

scenario('status says which port was asked, and leaves the channels out where that is wanted', async (stage) => {
  const admin = await freePort();
  const node = await stage.node({ admin: { port: admin } });
  await stage.subscribe(node, '/channel/news/client/c1');
  await publish(node, '/publish/news', { data: 1 });
  const status = async (at, query) => (await call(at, 'GET', `/status${query}`)).json();
  const [whole, brief, other] = [
    await status(node, ''),
    await status(node, '?channels=none'),
    await status({ port: admin }, '?channels=none'),
  ];
  assert.deepEqual(whole.channels, { news: ['c1'] });
  assert.equal(brief.channels, undefined);
  assert.equal(brief.totals.subscribers, 1);
  assert.equal(brief.channels_total, 1);
  assert.deepEqual(
    [whole, brief, other].map(({ node: { asked_on } }) => asked_on),
    ['http.port', 'http.port', 'admin.port'],
  );
  for (const query of ['?channels=all', '?channels=', '?channels=%z'])
    assertProblem(await call(node, 'GET', `/status${query}`), 400);
});

scenario('long lists of the status are cut and say so', async (stage) => {
  const node = await stage.node({ limits: { connections: 4000 } });
  const query = (from) => Array.from({ length: 250 }, (_, i) => `channel=c${from + i}`).join('&');
  for (let i = 0; i < 4; i++) await stage.subscribe(node, `/subscribe?${query(i * 250)}`);
  const whole = await node.status();
  assert.deepEqual([Object.keys(whole.channels).length, whole.channels_total], [1000, 1000]);
  assert.equal(whole.truncated, undefined);
  await stage.subscribe(node, `/subscribe?${query(1000)}`);
  const cut = await node.status();
  assert.deepEqual([Object.keys(cut.channels).length, cut.channels_total, cut.truncated], [1000, 1250, true]);
});

scenario('long lists of clients in the status are cut and say so', async (stage) => {
  const node = await stage.node({ limits: { connections: 4000 } });
  for (let i = 0; i < 10; i++) {
    await Promise.all(Array.from({ length: 100 }, () => stage.subscribe(node, '/subscribe/c')));
  }
  assert.equal((await node.status()).truncated, undefined);
  await stage.subscribe(node, '/subscribe/c');
  const status = await node.status();
  assert.deepEqual([status.channels.c.length, status.totals.subscribers, status.truncated], [1000, 1001, true]);
});

scenario('channels are listed page by page', async (stage) => {
  const node = await stage.node();
  const names = Array.from({ length: 250 }, (_, i) => `c${String(i).padStart(3, '0')}`);
  assert.equal(
    (
      await batch(
        node,
        names.map((channel) => JSON.stringify({ channel, data: 1 })),
      )
    ).status,
    200,
  );
  const found = new Set();
  let next = '';
  for (let pages = 0; pages < 20; pages++) {
    const query = next ? `&after=${encodeURIComponent(next)}` : '';
    const page = (await call(node, 'GET', `/channels?limit=100${query}`)).json();
    page.channels.forEach((row) => found.add(row.channel));
    next = page.next;
    if (!next) break;
  }
  assert.deepEqual([...found].sort(), names);
});

scenario('a channel tells its subscribers and the extent of its history', async (stage) => {
  const node = await stage.node();
  const first = await publish(node, '/publish/c', { data: 1 });
  const last = await publish(node, '/publish/c', { data: 2 });
  await stage.subscribe(node, '/subscribe/c');
  const row = (await call(node, 'GET', '/channels/c')).json();
  assert.deepEqual(Object.keys(row).sort(), ['bytes', 'channel', 'events', 'newest_id', 'oldest_id', 'subscribers']);
  assert.deepEqual(
    { ...row, bytes: 0 },
    { channel: 'c', subscribers: 1, events: 2, bytes: 0, oldest_id: first, newest_id: last },
  );
  assert.ok(row.bytes > 0);
  assertProblem(await call(node, 'GET', '/channels/none'), 404);
});

scenario('health endpoints answer, also alone on the admin port', async (stage) => {
  const port = await freePort();
  const node = await stage.node({ admin: { port } });
  for (const path of ['/livez', '/readyz', '/startupz', '/metrics', '/status']) {
    assert.equal(await node.probe(path), 200, path);
    assert.equal((await call({ port }, 'GET', path)).status, 200, `admin ${path}`);
  }
  assertProblem(await call({ port }, 'GET', '/subscribe/c', { headers: stream }), 404);
});

scenario('metrics are Prometheus text with our names and without names of users', async (stage) => {
  const node = await stage.node();
  const reader = await stage.subscribe(node, '/channel/private-channel/client/private-client');
  await publish(node, '/publish/private-channel', { data: 1 });
  await reader.next();
  const { body, headers } = await call(node, 'GET', '/metrics');
  assert.match(headers['content-type'], /^text\/plain/);
  const names = new Set(
    body
      .split('\n')
      .filter((line) => line && !line.startsWith('#'))
      .map((line) => line.match(/^[^{ ]+/)[0]),
  );
  assert.ok(names.size > 10);
  for (const name of names) assert.match(name, /^(sse_[a-z0-9]+|process)_[a-z0-9_]+$/);
  assert.ok(
    [...names].some((name) => name.endsWith('_bucket')),
    'there is a histogram',
  );
  assert.doesNotMatch(body, /private-/);
});

scenario('nothing is logged per event or per subscriber', async (stage) => {
  const node = await stage.node();
  const before = node.log.split('\n').length;
  const reader = await stage.subscribe(node, '/subscribe/c');
  for (let i = 0; i < 50; i++) await publish(node, '/publish/c', { data: i });
  await reader.take(50);
  assert.ok(node.log.split('\n').length - before < 10, node.log);
});

scenario('JSON log lines are JSON', async (stage) => {
  const node = await stage.node({ node: { name: 'quo"te\\' } });
  await until('log lines', () => node.log.includes('\n'));
  for (const line of node.log.trim().split('\n')) assert.equal(typeof JSON.parse(line), 'object', line);
});
