// A cluster to which anything happens, by a seed that is printed (SSE_CHAOS_SEED replays its course). SSE_CHAOS=SECONDS
// is how long; a few seconds of each in the ordinary run.
import assert from 'node:assert/strict';
import {
  assertNothing,
  assertOrderInStreams,
  befall,
  keepHopping,
  pick,
  randomOf,
  settle,
  silentlyLost,
  told,
} from './support/chaos.mjs';
import { LoadPublisher, Watcher, lostOf } from './support/checker.mjs';
import { missing } from './support/net.mjs';
import { scenario } from './support/stage.mjs';
import { cluster } from './support/traffic.mjs';
import { patience, until } from './support/wait.mjs';

const seconds = Number(process.env.SSE_CHAOS ?? 20);
const byGossip = (host, hosts) => ({
  discovery: undefined,
  gossip: { hosts: hosts.map(({ address }) => address), intervals: 'local' },
});

/** Hopping subscribers and a steady publisher at each node, while things happen; then everybody's account. */
async function live(stage, { config, kinds }) {
  const seed = Number(process.env.SSE_CHAOS_SEED ?? Math.floor(Math.random() * 1e9));
  console.log(`# seed ${seed}`);
  const nodes = await cluster(stage, byGossip, 3, config);
  const random = randomOf(seed);
  const watchers = Array.from({ length: 8 }, (_, i) => {
    const own = randomOf(seed + i + 1);
    return new Watcher(nodes, `watcher ${i}`, { choose: (all) => pick(own, all) });
  });
  for (const watcher of watchers) stage.defer(() => watcher.close());
  await until('every subscriber is there', () => watchers.every((watcher) => watcher.opened), 30000);
  const publishers = nodes.map((node) => new LoadPublisher(node, `p-${node.config.node.name}`, { batch: 5 }));
  for (const publisher of publishers) stage.defer(() => publisher.stop());
  const stopHopping = keepHopping(watchers, randomOf(seed + 100));
  stage.defer(stopHopping);
  const counts = () => publishers.map((publisher) => publisher.acknowledged.at(-1)).join(' ');
  const tell = (text) => console.log(`# ${new Date().toISOString()} ${text}, acknowledged ${counts()}`);
  await befall(nodes, { random, seconds, kinds, tell });
  await stopHopping();
  await settle(watchers, publishers, 60000);
  const of = (list, count) => list.reduce((sum, one) => sum + count(one), 0);
  const told = {
    events: of(publishers, (publisher) => publisher.acknowledged.length),
    moves: of(watchers, (watcher) => watcher.moves),
    gaps: of(watchers, (watcher) => watcher.gaps),
    missed: of(watchers, (watcher) => of(publishers, (publisher) => lostOf(watcher, publisher).length)),
  };
  console.log(`note: chaos: ${JSON.stringify(told)}`);
  return { watchers, publishers };
}

const options = { seconds: (seconds + 150) * patience, skip: missing() };

scenario(
  'whatever befalls nodes, subscribers that hop about miss nothing that history holds',
  async (stage) => {
    const { watchers, publishers } = await live(stage, { config: { publish: { wait: 'peers' } } });
    for (const watcher of watchers) {
      assert.deepEqual(told(watcher), [], `${watcher.name} was told of a gap`);
      for (const publisher of publishers) {
        assertOrderInStreams(watcher, publisher);
        assertNothing(lostOf(watcher, publisher), watcher, publisher);
      }
    }
  },
  options,
);

scenario(
  'with hardly any history what subscribers miss is told to them',
  async (stage) => {
    const config = { publish: { wait: 'peers' }, history: { max_events: 60 }, stream: { backlog_events: 60 } };
    const { watchers, publishers } = await live(stage, { config });
    for (const watcher of watchers) {
      for (const publisher of publishers) {
        assertOrderInStreams(watcher, publisher);
        assertNothing(silentlyLost(watcher, publisher), watcher, publisher);
      }
    }
  },
  options,
);
