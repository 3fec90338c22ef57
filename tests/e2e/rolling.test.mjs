// Every node restarted in turn, as the chart's StatefulSet does it, while events are published and read.
// SSE_ROLLING=full is the size and the drain times of the chart's defaults; its figures are in docs/performance.md.
import assert from 'node:assert/strict';
import { freePort } from './support/node.mjs';
import { Balancer, Source, Subscriber, account, roll } from './support/rolling.mjs';
import { linked, scenario } from './support/stage.mjs';
import { pause, patience, until } from './support/wait.mjs';

const sizes = {
  quick: { subscribers: 150, channels: 10, rate: 60, drain: { delay: '1s', window: '2s' }, minReadyMs: 500 },
  full: { subscribers: 5000, channels: 100, rate: 200, drain: { delay: '5s', window: '20s' }, minReadyMs: 5000 },
};
const size = sizes[process.env.SSE_ROLLING ?? 'quick'];

async function threeNodes(stage) {
  const ports = [];
  for (let i = 0; i < 6; i += 1) ports.push(await freePort());
  const hosts = [0, 1, 2].map((i) => `127.0.0.${i + 2}:${ports[i + 3]}`);
  const nodes = [0, 1, 2].map((i) =>
    stage.prepare({
      node: { name: `n${i}` },
      http: { address: `127.0.0.${i + 2}`, port: ports[i], threads: 1 },
      discovery: ['gossip'],
      gossip: { bind: `127.0.0.${i + 2}`, port: ports[i + 3], hosts },
      drain: size.drain,
    }),
  );
  await Promise.all(nodes.map((node) => node.start()));
  await linked(nodes);
  return nodes;
}

scenario(
  'a rolling restart loses no event',
  async (stage) => {
    const nodes = await threeNodes(stage);
    const balancer = new Balancer(nodes);
    stage.defer(() => balancer.stop());
    const channels = Array.from({ length: size.channels }, (_, i) => `c${i}`);
    const subscribers = [];
    stage.defer(() => Promise.all(subscribers.map((one) => one.close())));
    for (let i = 0; i < size.subscribers; i += 1) {
      subscribers.push(new Subscriber(balancer, channels[i % channels.length]));
      if (i % 100 === 99) await pause(20);
    }
    await until('everybody is connected', () => subscribers.every((one) => one.connected), 60000);
    const source = new Source(balancer, channels, size.rate);
    stage.defer(() => source.stop());
    const drains = await roll(nodes, { graceMs: 45000, minReadyMs: size.minReadyMs });
    await source.stop();
    const counted = await account(subscribers, source);
    console.log(`note: rolling restart: ${JSON.stringify({ ...counted, drains_ms: drains })}`);
    assert.equal(counted.missing, 0, 'events are missing');
    assert.equal(counted.gaps, 0, 'gaps were told');
    assert.ok(counted.reconnects >= size.subscribers, 'every subscriber moved');
    // None where a checkpoint reaches the peers before the client does; a busy machine may be late now and then.
    assert.ok(counted.repeated <= counted.reconnects / 10, `${counted.repeated} events came twice`);
  },
  { seconds: 400 * patience },
);
