// Who may link: by cluster.secret, and nobody without proof where auth asks clients for credentials.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { publish } from './support/http.mjs';
import { linked, scenario } from './support/stage.mjs';
import { bearer, newToken, TokenFile } from './support/tokens.mjs';
import { until } from './support/wait.mjs';

scenario(
  'a cluster secret is changed node by node, and every event arrives meanwhile',
  async (stage) => {
    const [before, after] = ['the one until now', 'the one from now on'];
    const nodes = await stage.pair({ cluster: { secret: before } });
    const published = [];
    for (const secret of [`${before}\n${after}`, `${after}\n${before}`, after]) {
      for (const node of nodes) {
        writeFileSync(node.file, JSON.stringify({ ...node.config, cluster: { secret } }));
        await node.restart();
        await linked(nodes);
        for (const each of nodes) {
          published.push(`${published.length}`);
          await publish(each, '/publish/c', { data: published.length - 1 });
        }
      }
    }
    for (const node of nodes) {
      const reader = await stage.subscribe(node, '/subscribe/c?last_event_id=earliest');
      const seen = await reader.take(published.length);
      assert.deepEqual(seen.toSorted(), published.toSorted());
    }
  },
  { seconds: 60 },
);

scenario('a cluster secret shuts strangers out and lets members in', async (stage) => {
  const [a, b] = await stage.pair({ cluster: { secret: 'between-us' } });
  const reader = await stage.subscribe(b, '/subscribe/c');
  await publish(a, '/publish/c', { data: 1 });
  assert.equal((await reader.next()).data, '1');
  const stranger = await stage.node({
    cluster: { secret: 'something else' },
    node: { name: 'stranger' },
    hosts: { peers: [`127.0.0.1:${a.port}`] },
  });
  await publish(stranger, '/publish/c', { data: 'evil' });
  await until(
    'the link is refused',
    async () => {
      const { cluster } = await stranger.status();
      return (
        cluster.nodes.length > 0 &&
        cluster.nodes.every((node) => node.link !== 'connected') &&
        /secret/.test(stranger.log)
      );
    },
    10000,
  );
  await publish(a, '/publish/c', { data: 2 });
  assert.equal((await reader.next()).data, '2');
});

scenario('a node whose auth asks for credentials hands nothing to a stranger that links as a node', async (stage) => {
  const key = await newToken({ publish: '*' });
  const node = await stage.node({ auth: ['token'], token: { file: new TokenFile(stage, key).path } });
  await publish(node, '/publish/c', { data: 'private' }, bearer(key.token));
  const stranger = await stage.node({
    node: { name: 'stranger' },
    hosts: { peers: [`127.0.0.1:${node.port}`] },
    cluster: { start_timeout: '500ms' },
  });
  const reader = await stage.subscribe(stranger, '/subscribe/c?last_event_id=earliest');
  await until('it is told why', async () => {
    const [seen] = (await stranger.status()).cluster.nodes;
    return seen?.link !== 'connected' && /auth asks for credentials/.test(stranger.log);
  });
  await publish(node, '/publish/c', { data: 'private' }, bearer(key.token));
  await until('both sides say so', () => /relay-refused.*set cluster\.secret/.test(node.log));
  assert.deepEqual(reader.datas, []);
});
