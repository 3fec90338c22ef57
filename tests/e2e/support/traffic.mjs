// Load on a cluster of several hosts: subscribers and publishers at its nodes.
import { LoadPublisher, Watcher } from './checker.mjs';
import { farHostsWithNodes, hostsWithNodes } from './net.mjs';
import { linked } from './stage.mjs';
import { until } from './wait.mjs';

export const patient = 30000;
const roomy = { history: { max_events: 50000, max_bytes: '64MiB' }, limits: { connections: 1000 } };

export async function cluster(stage, by, count, config = {}) {
  const nodes = hostsWithNodes(stage, count, (host, hosts) => ({ ...roomy, ...config, ...by(host, hosts) }));
  await Promise.all(nodes.map((node) => node.start()));
  await linked(nodes);
  return nodes;
}

/** The same on a network that loses and delays: farHostsWithNodes. */
export async function farCluster(stage, by, count, bad) {
  const nodes = await farHostsWithNodes(stage, count, (host, hosts) => ({ ...roomy, ...by(host, hosts) }), bad);
  await Promise.all(nodes.map((node) => node.start()));
  await linked(nodes, patient);
  return nodes;
}

export function watch(stage, nodes, name) {
  const watcher = new Watcher(nodes, name);
  stage.defer(() => watcher.close());
  return watcher;
}

/** A subscriber and a publisher at each of `nodes`, some 1,000 events a second in all. */
export async function traffic(stage, nodes) {
  const watchers = nodes.map((node) => watch(stage, [node], `the subscriber of ${node.config.node.name}`));
  await until('every subscriber is there', () => watchers.every((watcher) => watcher.opened), patient);
  const publishers = nodes.map((node) => {
    const publisher = new LoadPublisher(node, `p-${node.config.node.name}`, { everyMs: nodes.length * 10 });
    stage.defer(() => publisher.stop());
    return publisher;
  });
  return { watchers, publishers };
}

export const published = (publishers, count) =>
  until(`${count} events more`, () => publishers.every((publisher) => publisher.acknowledged.length >= count), patient);

export const arrived = (watchers, publishers) =>
  until('the last event', () => watchers.every((w) => publishers.every((p) => w.has(p))), patient);

export async function finish(watchers, publishers) {
  await Promise.all(publishers.map((publisher) => publisher.stop()));
  await arrived(watchers, publishers);
}
