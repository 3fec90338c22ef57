// How long pods with the chart's configuration wait for each other: nodes as pods, each at an address of its own.
import assert from 'node:assert/strict';
import { Dns, missing } from '../e2e/support/dns.mjs';
import { freePort } from '../e2e/support/node.mjs';
import { scenario } from '../e2e/support/stage.mjs';
import { pause, until } from '../e2e/support/wait.mjs';
import { configOf, render } from './chart.mjs';

const ports = { http: await freePort(), gossip: await freePort() };
const address = (n) => `127.0.0.${n + 1}`;
const { cluster = {} } = configOf(render({}));

/** Pod number `n` of a release whose headless service has the addresses of pods 1 to `of`. */
function pod(stage, n, of, more = {}) {
  const hosts = Array.from({ length: of }, (_, i) => `${address(i + 1)}:${ports.gossip}`);
  return stage.prepare({
    node: { name: `n${n}` },
    http: { address: address(n), port: ports.http },
    discovery: ['gossip'],
    gossip: { bind: address(n), port: ports.gossip, hosts },
    ...more,
    cluster: { ...cluster, ...more.cluster },
  });
}

const dns = (server) => ({ discovery: ['dns'], gossip: {}, dns: { name: 'sse.test', server, interval: '5s' } });

scenario('a lone pod waits for nobody', async (stage) => {
  await pod(stage, 1, 1).start();
});

scenario(
  'a lone pod waits for nobody, by DNS',
  async (stage) => {
    const server = await Dns.start(stage);
    await server.serve([[address(1), 'sse.test']]);
    await pod(stage, 1, 1, dns(server.server)).start();
  },
  { skip: missing },
);

scenario('the first pods of a release wait for each other alone', async (stage) => {
  await Promise.all([1, 2, 3].map((n) => pod(stage, n, 3).start()));
});

scenario('the first pod does not wait for pods that do not run yet', async (stage) => {
  await pod(stage, 1, 3).start();
});

scenario('a pod that cannot link is not ready, so that a roll stops at it', async (stage) => {
  await pod(stage, 1, 2, { cluster: { secret: 'one' } }).start();
  const other = pod(stage, 2, 2, { cluster: { secret: 'two' } });
  other.spawn();
  other.findPort();
  await until('it answers', async () => (await other.probe('/livez')) === 200);
  await pause(5000);
  assert.equal(await other.probe('/readyz'), 503);
  assert.equal(await other.probe('/startupz'), 503);
});
