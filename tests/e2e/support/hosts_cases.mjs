// What several hosts must stand, whichever discovery they use: `by(host, hosts)` is its part of a node's configuration.
import assert from 'node:assert/strict';
import { assertAll, assertOnceInOrder, LoadPublisher, lostOf } from './checker.mjs';
import { missing, noTunnels } from './net.mjs';
import { linked, scenario } from './stage.mjs';
import { cluster, farCluster, finish, patient, published, traffic, watch } from './traffic.mjs';
import { pause, until } from './wait.mjs';

export const skip = missing();

export function scenarios(by) {
  for (const count of [3, 5]) {
    scenario(
      `${count} hosts: every event of every node arrives everywhere, once and in order`,
      async (stage) => {
        const nodes = await cluster(stage, by, count);
        const { watchers, publishers } = await traffic(stage, nodes);
        await published(publishers, 500);
        await finish(watchers, publishers);
        for (const watcher of watchers) {
          for (const publisher of publishers) assertAll(watcher, publisher);
          assert.equal(watcher.gaps, 0);
        }
      },
      { seconds: 90, skip },
    );
  }

  for (const wait of ['journal', 'peers']) {
    scenario(
      `a node is killed during 1,000 events/s, publish.wait = ${wait}`,
      async (stage) => {
        const nodes = await cluster(stage, by, 3, { publish: { wait } });
        const mover = watch(stage, [nodes[2], nodes[0]], 'the subscriber that moves');
        await until('the mover is there', () => mover.opened, patient);
        const { watchers, publishers } = await traffic(stage, nodes);
        await published(publishers, 300);
        await nodes[2].kill();
        const [alive, dead] = [publishers.slice(0, 2), publishers[2]];
        const before = alive[0].acknowledged.length;
        await published(alive, before + 300);
        await dead.stop();
        await finish([...watchers.slice(0, 2), mover], alive);
        for (const watcher of watchers.slice(0, 2)) {
          for (const publisher of alive) assertAll(watcher, publisher);
          assertOnceInOrder(watcher, dead);
          const lost = lostOf(watcher, dead).length;
          console.log(`# publish.wait = ${wait}: ${watcher.name} misses ${lost} acknowledged events of the dead node`);
          assert.ok(lost <= (wait === 'peers' ? 0 : 100), `${lost} lost`);
        }
        assert.ok(mover.moves >= 1, 'it moved');
        assert.equal(mover.gaps, 0, 'what it missed was to be had');
        for (const publisher of alive) assert.deepEqual(lostOf(mover, publisher), []);
      },
      { seconds: 120, skip },
    );
  }

  scenario(
    'a node cut off for 20 seconds gets and gives everything once it is back',
    async (stage) => {
      const nodes = await cluster(stage, by, 3);
      const inside = nodes.map((node) => watch(stage, [node], `the subscriber of ${node.config.node.name}`));
      await until('every subscriber is there', () => inside.every((watcher) => watcher.opened), patient);
      const publishers = nodes.map((node) => new LoadPublisher(node, `p-${node.config.node.name}`));
      for (const publisher of publishers) stage.defer(() => publisher.stop());
      await published(publishers, 100);
      nodes[2].on.cut();
      const before = publishers[0].acknowledged.length;
      await pause(20000);
      assert.ok(publishers[0].acknowledged.length > before + 1000, 'the others went on');
      nodes[2].on.heal();
      await linked(nodes, 60000);
      await finish(inside, publishers);
      for (const watcher of inside) {
        for (const publisher of publishers) assertAll(watcher, publisher);
        assert.equal(watcher.gaps, 0, `${watcher.name} was told of a gap`);
      }
    },
    { seconds: 150, skip },
  );

  scenario(
    'a way that loses one direction for 20 seconds loses no event',
    async (stage) => {
      const nodes = await cluster(stage, by, 3);
      const { watchers, publishers } = await traffic(stage, nodes);
      await published(publishers, 100);
      nodes[0].on.loseTo(nodes[1].on);
      await pause(20000);
      nodes[0].on.findAgain(nodes[1].on);
      await published(publishers, publishers[0].acknowledged.length + 50);
      await linked(nodes, 60000);
      await finish(watchers, publishers);
      for (const watcher of watchers) {
        for (const publisher of publishers) assertAll(watcher, publisher);
      }
    },
    { seconds: 150, skip },
  );

  scenario(
    'a network that loses 5 % and is 50 ms long loses no event',
    async (stage) => {
      const seed = Math.floor(Math.random() * 1e9);
      console.log(`# seed ${seed}`);
      const nodes = await farCluster(stage, by, 3, { loss: 5, delay: 50, seed });
      const { watchers, publishers } = await traffic(stage, nodes);
      await published(publishers, 1000);
      await finish(watchers, publishers);
      for (const watcher of watchers) {
        for (const publisher of publishers) assertAll(watcher, publisher);
        assert.equal(watcher.gaps, 0);
      }
    },
    { seconds: 120, skip: noTunnels() },
  );

  scenario(
    'all nodes are restarted in turn, and no stream that moves misses an event',
    async (stage) => {
      const nodes = await cluster(stage, by, 3);
      const movers = nodes.map((node, i) => {
        const others = [...nodes.slice(i), ...nodes.slice(0, i)];
        return watch(stage, others, `the mover that began at ${node.config.node.name}`);
      });
      await until('every mover is there', () => movers.every((mover) => mover.opened), patient);
      const publishers = nodes.map((node) => new LoadPublisher(node, `p-${node.config.node.name}`));
      for (const publisher of publishers) stage.defer(() => publisher.stop());
      await published(publishers, 100);
      for (const node of nodes) {
        await node.restart();
        await linked(nodes, patient);
        const before = publishers.map((publisher) => publisher.acknowledged.length);
        const more = () => publishers.every((p, i) => p.acknowledged.length >= before[i] + 50);
        await until('everybody publishes', more, patient);
      }
      await finish(movers, publishers);
      for (const mover of movers) {
        for (const publisher of publishers) assertAll(mover, publisher);
        assert.equal(mover.gaps, 0);
        assert.ok(mover.moves >= 1, 'it moved');
      }
    },
    { seconds: 120, skip },
  );
}
