// Misfortune by a seed: what befalls the nodes of a cluster, and the proof that no subscriber has a silent gap.
import assert from 'node:assert/strict';
import { linked } from './stage.mjs';
import { pause, until } from './wait.mjs';

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export const pick = (random, list) => list[Math.floor(random() * list.length)];

/** What can befall `node`; `ms` is how long it lasts. `others` are the rest. */
export const misfortunes = {
  async kill(node, ms) {
    await node.kill();
    await pause(ms);
    await node.start();
  },
  async stop(node, ms) {
    await node.stop(30000);
    await pause(ms);
    await node.start();
  },
  async freeze(node, ms) {
    await node.program.freeze();
    await pause(ms);
    node.program.signal('SIGCONT');
  },
  async cut(node, ms) {
    node.on.cut();
    await pause(ms);
    node.on.heal();
  },
  async lose(node, ms, others) {
    for (const other of others) node.on.loseTo(other.on);
    await pause(ms);
    for (const other of others) node.on.findAgain(other.on);
  },
  async reload(node) {
    node.program.signal('SIGHUP');
  },
};

/** Misfortunes for `seconds`, of one or two nodes at a time; each is over and the cluster whole before the next. */
export async function befall(nodes, { random, seconds, kinds = Object.keys(misfortunes), longestMs = 4000, tell }) {
  const strike = async (node) => {
    const [kind, ms] = [pick(random, kinds), 200 + Math.floor(random() * longestMs)];
    tell(`${kind} ${node.config.node.name} ${ms} ms`);
    await misfortunes[kind](node, ms, nodes.filter((other) => other !== node));
  };
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
    const first = Math.floor(random() * nodes.length);
    const struck = [nodes[first], nodes[(first + 1) % nodes.length]].slice(0, random() < 0.5 ? 1 : 2);
    await Promise.all(struck.map(strike));
    await linked(nodes, 60000);
    await pause(1000); // what was acknowledged while a node was alone is with the others
  }
}

/** Lets subscribers leave their streams at random times, until the function that it answers is called. */
export function keepHopping(watchers, random, { shortestMs = 300, spreadMs = 4000 } = {}) {
  let stopped = false;
  const loops = watchers.map(async (watcher) => {
    while (!stopped) {
      await pause(shortestMs + random() * spreadMs);
      if (!stopped) watcher.hop();
    }
  });
  return () => ((stopped = true), Promise.all(loops));
}

/** What `watcher` saw of the acknowledged events of `publisher`: {n, at}; and where gaps and streams begin. */
function marks(watcher, publisher) {
  const acknowledged = new Set(publisher.acknowledged);
  const found = { events: [], gaps: [], streams: [] };
  watcher.seen.forEach(({ p, n, gap, opened }, at) => {
    if (gap) found.gaps.push(at);
    else if (opened) found.streams.push(at);
    else if (p === publisher.name && acknowledged.has(n)) found.events.push({ n, at });
  });
  return found;
}

/** Within one stream the events of a publisher come once and in its order. */
export function assertOrderInStreams(watcher, publisher) {
  const { events, streams } = marks(watcher, publisher);
  const streamOf = (at) => streams.findLastIndex((begin) => begin < at);
  events.forEach(({ n, at }, i) => {
    const before = events[i - 1];
    if (!before || before.n < n || streamOf(before.at) !== streamOf(at)) return;
    const where = watcher.seen.slice(Math.max(0, at - 5), at + 3).map((one) => JSON.stringify(one));
    assert.fail(`${watcher.name}: ${publisher.name}'s ${before.n} came before ${n} in one stream: ${where}`);
  });
}

/** Each gap, with what came before it and when. */
export function told(watcher) {
  const { seen } = watcher;
  const gaps = [...seen.keys()].filter((at) => seen[at].gap);
  return gaps.map((at) => JSON.stringify(seen.slice(Math.max(0, at - 3), at + 2)));
}

/**
 * Acknowledged events that the watcher neither saw nor was told to miss: no gap between the nearest events of the same
 * publisher that it saw, before and behind.
 */
export function silentlyLost(watcher, publisher) {
  const { events, gaps } = marks(watcher, publisher);
  const had = new Set(events.map(({ n }) => n));
  return publisher.acknowledged.filter((n) => {
    if (had.has(n)) return false;
    const behind = events.find((one) => one.n > n)?.at ?? Infinity;
    const before = events.findLast((one) => one.n < n && one.at < behind)?.at ?? -1;
    return !gaps.some((at) => at > before && at < behind);
  });
}

/** Nothing is `lost`; else what it is, and what the watcher saw where it should have come. */
export function assertNothing(lost, watcher, publisher) {
  if (lost.length === 0) return;
  const firsts = lost.filter((n, i) => n !== lost[i - 1] + 1).slice(0, 5);
  const what = `${watcher.name} lacks ${lost.length} of ${publisher.name}, from ${lost[0]} to ${lost.at(-1)}:`;
  const shown = firsts.flatMap((n) => [`instead of ${n}:`, ...around(watcher.seen, publisher, n)]);
  assert.fail([what, ...shown].join('\n'));
}

/** What was seen between the events of `publisher` before and behind number `lost`: beginnings, gaps, their edges. */
function around(seen, publisher, lost) {
  const from = ({ p }) => p === publisher.name;
  const behind = seen.findIndex((one) => from(one) && one.n > lost);
  const end = (behind < 0 ? seen.length : behind) + 1;
  const begin = seen.slice(0, end - 1).findLastIndex((one) => from(one) && one.n < lost);
  const tells = (at) => [at - 1, at, at + 1].some((near) => !seen[near]?.n) || at === begin || at >= end - 10;
  const shown = [...seen.keys()].filter((at) => at >= begin && at < end && tells(at));
  return shown.map((at) => `  ${JSON.stringify(seen[at])}`);
}

/**
 * Waits until every watcher has the last event of every publisher, or was told a gap behind what it has of that one and
 * nothing has come to anybody since a second.
 */
export async function settle(watchers, publishers, ms) {
  await Promise.all(publishers.map((publisher) => publisher.stop()));
  const last = (w, which) => w.seen.findLastIndex(which);
  const done = (w, p) => w.has(p) || last(w, (one) => one.gap) > last(w, (one) => one.p === p.name);
  const seen = () => watchers.reduce((sum, watcher) => sum + watcher.seen.length, 0);
  await until(
    'everybody has the last events',
    async () => {
      const before = seen();
      if (!watchers.every((w) => publishers.every((p) => done(w, p)))) return false;
      await pause(1000);
      return seen() === before;
    },
    ms,
  );
}
