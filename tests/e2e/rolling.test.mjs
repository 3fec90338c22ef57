// Every node restarted in turn, as the chart's StatefulSet does it, while events are published and read.
// SSE_ROLLING=full is the size and the drain times of the chart's defaults; its figures are in docs/performance.md.
import assert from 'node:assert/strict';
import { freePort } from './support/node.mjs';
import { Balancer, Source, Subscriber, account, roll } from './support/rolling.mjs';
import { linked, scenario } from './support/stage.mjs';
import { pause, patience, until } from './support/wait.mjs';

const sizes = {
  quick: { subscribers: 300, channels: 10, rate: 60, drain: { delay: 1, window: 4 }, minReadyMs: 500 },
  full: { subscribers: 5000, channels: 100, rate: 200, drain: { delay: 5, window: 20 }, minReadyMs: 5000 },
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
      drain: { delay: `${size.drain.delay}s`, window: `${size.drain.window}s` },
    }),
  );
  await Promise.all(nodes.map((node) => node.start()));
  await linked(nodes);
  return nodes;
}

/** What is published elsewhere reaches a draining node, at once, until its last stream is closed. */
function assertFed({ delivered_draining: delivered, lateness_draining_ms: lateness }) {
  const { delay, window } = size.drain;
  // Each subscriber is on a draining node once, at least, and its stream ends somewhere in the window.
  const all = ((size.rate * size.subscribers) / size.channels) * (delay + window / 2);
  assert.ok(delivered >= all / 2, `${delivered} events on draining nodes, of about ${all}`);
  assert.ok(lateness.p90 <= 500 * patience, `late by ${lateness.p90} ms on draining nodes`);
}

/** Streams of a draining node are closed evenly over the window: those of one, at most all, in so many seconds. */
function assertSpread({ reconnects_per_second_max: busiest }) {
  const most = 2 * (size.subscribers / size.drain.window) * patience;
  assert.ok(busiest <= most, `${busiest} reconnects in a second, at most ${most} are expected`);
}

// Nine of ten are held to a time: the rest may be what the machine itself stood still.

/** Nobody waits longer than `drain.retry` says, ± 50 %. */
function assertUnnoticed({ interruption_ms: interruption }) {
  assert.ok(interruption.p90 <= 2000 * patience, `interrupted for ${interruption.p90} ms, 1,500 are expected`);
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
    assert.deepEqual(subscribers.flatMap((one) => one.gaps), [], 'gaps were told');
    assert.ok(counted.reconnects >= size.subscribers, 'every subscriber moved');
    assert.equal(counted.repeated, 0, 'events came twice');
    assertUnnoticed(counted);
    assertFed(counted);
    assertSpread(counted);
  },
  { seconds: 400 * patience },
);
