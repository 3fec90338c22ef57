// The relay by TLS: who is dialed how, who is trusted, and what is said where somebody is not.
import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import net from 'node:net';
import { Authority } from './support/certificates.mjs';
import { assertAll, LoadPublisher, Watcher } from './support/checker.mjs';
import { publish, publishAll } from './support/http.mjs';
import { freePort } from './support/node.mjs';
import { linked, scenario } from './support/stage.mjs';
import { until } from './support/wait.mjs';

const name = 'nodes.example';

/** The settings of a node with a certificate of `authority`, which trusts its peers by the same one. */
function secured(authority, { names = `DNS:${name}`, trusted = authority, relay = {}, endsIn } = {}) {
  const own = authority.issue(names, { endsIn });
  return {
    tls: { certificate: [own.certificate], key: [own.key], client_ca: [authority.file] },
    relay: { ca_file: trusted.file, server_name: name, ...relay },
  };
}

/** Settings by which a node shows its own certificate and asks for one of `clients`. */
const mutual = ({ tls, relay }, clients = [`DNS:${name}`]) => ({
  tls,
  relay: { ...relay, client_certificate: tls.certificate[0], client_key: tls.key[0], client_names: clients },
});

/** Nodes that know each other, one for each of `settings`; not started. */
async function prepared(stage, settings) {
  const ports = [];
  while (ports.length < settings.length) ports.push(await freePort());
  const peers = ports.map((port) => `127.0.0.1:${port}`);
  return settings.map(({ ca, ...config }, i) => {
    const more = { http: { port: ports[i] }, hosts: { peers }, node: { name: 'abcdef'[i] } };
    const node = stage.prepare({ cluster: { start_timeout: '1s' }, ...config, ...more });
    if (config.tls) node.tls = { ca: ca.pem, servername: name };
    return node;
  });
}

async function started(stage, settings) {
  const nodes = await prepared(stage, settings);
  await Promise.all(nodes.map((node) => node.start()));
  return nodes;
}

/** Waits until `node` says of its only peer, on /status, a reason of this kind why there is no link. */
async function tells(node, reason) {
  let said;
  const found = async () => {
    const { cluster } = await node.status();
    said = cluster.nodes.map((peer) => peer.reason);
    return cluster.nodes.some((peer) => peer.link !== 'connected' && reason.test(peer.reason));
  };
  await until(`${node.config.node.name} tells ${reason}`, found, 15000).catch((error) => {
    throw new Error(`${error.message}, but ${said}`);
  });
}

const lines = (node, id) => node.log.split('\n').filter((line) => line.includes(`"id":"${id}"`));

scenario(
  'three nodes with certificates on both sides and a secret lose nothing under load',
  async (stage) => {
    const authority = new Authority(stage);
    const cluster = { secret: 'a secret of twenty bytes', start_timeout: '1s' };
    const nodes = await started(
      stage,
      Array.from({ length: 3 }, () => ({ ca: authority, cluster, ...mutual(secured(authority)) })),
    );
    await linked(nodes);
    const watchers = nodes.map((node, i) => new Watcher([node], `w${i}`));
    for (const watcher of watchers) await until('it is open', () => watcher.opened);
    const publishers = nodes.map((node, i) => new LoadPublisher(node, `p${i}`, { batch: 40, everyMs: 5 }));
    await until('much is published', () => publishers.every((one) => one.acknowledged.length >= 1500), 30000);
    for (const publisher of publishers) await publisher.stop();
    for (const watcher of watchers) {
      await until('all of it', () => publishers.every((one) => watcher.has(one)), 20000);
      for (const publisher of publishers) assertAll(watcher, publisher);
      await watcher.close();
    }
    for (const node of nodes) {
      const up = lines(node, 'relay-link-up');
      assert.ok(up.length >= 2 && up.every((line) => line.includes('"tls":"yes"')), up.join('\n'));
      assert.equal(lines(node, 'relay-link-lost').length, 0);
    }
  },
  { seconds: 90 },
);

scenario('large events cross by TLS whole', async (stage) => {
  const authority = new Authority(stage);
  // All of it fits into the backlog, or a reader that a busy machine holds up is closed.
  const stream = { backlog_bytes: '4MiB' };
  const nodes = await started(stage, [0, 1].map(() => ({ ca: authority, ...secured(authority), stream })));
  await linked(nodes);
  const readers = [await stage.subscribe(nodes[0], '/subscribe/c'), await stage.subscribe(nodes[1], '/subscribe/c')];
  const sizes = [1, 16383, 16384, 16385, 300_000, 900_000];
  for (const [i, size] of sizes.entries()) await publish(nodes[i % 2], '/publish/c', { data: `${i}`.repeat(size) });
  for (const reader of readers) {
    const seen = await reader.take(sizes.length);
    assert.deepEqual(seen.map((data) => data.length - 2).sort((a, b) => a - b), sizes);
  }
});

scenario(
  'a node that was killed catches up by TLS',
  async (stage) => {
    const authority = new Authority(stage);
    const nodes = await started(stage, [0, 1].map(() => ({ ca: authority, ...mutual(secured(authority)) })));
    await linked(nodes);
    const [a, b] = nodes;
    await publishAll(a, '/publish/c', [1, 2, 3]);
    await b.kill();
    await publishAll(a, '/publish/c', [4, 5, 6]);
    await b.start();
    await linked(nodes);
    await publishAll(b, '/publish/c', [7]);
    for (const node of nodes) {
      const reader = await stage.subscribe(node, '/subscribe/c?last_event_id=earliest');
      assert.deepEqual(await reader.take(7), ['1', '2', '3', '4', '5', '6', '7']);
    }
  },
  { seconds: 60 },
);

scenario('an authority that is not trusted is told on both sides', async (stage) => {
  const [ours, other] = [new Authority(stage, 'ours'), new Authority(stage, 'other')];
  const [a, b] = await started(stage, [
    { ca: ours, ...secured(ours, { trusted: other }) },
    { ca: ours, ...secured(ours) },
  ]);
  await tells(a, /the other side.s certificate is not accepted: /);
  await until('b tells', () => /tls-failed.*refused: unknown CA/.test(b.log));
  await until('a warns', () => lines(a, 'relay-link-failed').some((line) => line.includes('not accepted')));
});

for (const [what, more, reason] of [
  ['an expired certificate', { endsIn: -60 }, /not accepted: certificate has expired/],
  ['a certificate of another name', { names: 'DNS:else.example' }, /hostname mismatch, expected nodes\.example/i],
]) {
  scenario(`${what} is told`, async (stage) => {
    const authority = new Authority(stage);
    const [a] = await prepared(stage, [
      { ca: authority, ...secured(authority) },
      { ca: authority, ...secured(authority, more) },
    ]);
    const [, b] = stage.nodes;
    b.tls.rejectUnauthorized = false;
    await Promise.all([a.start(), b.start()]);
    await tells(a, reason);
  });
}

scenario('without relay.server_name the address that is dialed must be in the certificate', async (stage) => {
  const authority = new Authority(stage);
  const relay = { server_name: '' };
  const names = `DNS:${name},IP:127.0.0.1`;
  const [a] = await prepared(stage, [
    { ca: authority, ...secured(authority, { relay, names: `DNS:${name}` }) },
    { ca: authority, ...secured(authority, { relay, names }) },
  ]);
  const [, b] = stage.nodes;
  await Promise.all([a.start(), b.start()]);
  await tells(b, /address mismatch, expected 127\.0\.0\.1/i);
  await until('a reads b', () => lines(a, 'relay-link-up').length === 1);
});

scenario('a peer without TLS and one that expects it are both told what to look at', async (stage) => {
  const authority = new Authority(stage);
  const [a, b] = await started(stage, [{ ca: authority, ...secured(authority) }, {}]);
  await tells(a, /the peer answers without TLS, see relay\.tls/);
  await tells(b, /as a node does whose port speaks TLS, see relay\.tls/);
});

scenario('relay.tls prefer links nodes while a cluster changes to TLS', async (stage) => {
  const authority = new Authority(stage);
  const relay = { tls: 'prefer' };
  const { relay: trust } = secured(authority, { relay });
  const nodes = await started(stage, [{ ca: authority, ...secured(authority, { relay }) }, { relay: trust }]);
  await linked(nodes);
  const [a, b] = nodes;
  await until('a reads plainly', () => /"tls":"no"/.test(lines(a, 'relay-link-up')[0]));
  await until('b reads by TLS', () => /"tls":"yes"/.test(lines(b, 'relay-link-up')[0]));
  const reader = await stage.subscribe(a, '/subscribe/c');
  await publish(b, '/publish/c', { data: 1 });
  assert.equal((await reader.next()).data, '1');
});

scenario('a peer without one of relay.client_names is refused, and both sides say why', async (stage) => {
  const authority = new Authority(stage);
  const [a, b] = await started(stage, [
    { ca: authority, ...mutual(secured(authority)) },
    { ca: authority, ...secured(authority) },
  ]);
  await tells(b, /the peer refused: a client certificate is expected/);
  const refusal = (line) => line.includes('a client certificate is expected');
  await until('a tells', () => lines(a, 'relay-refused').some(refusal));
  await until('a reads b, which asks nobody for a certificate', () => lines(a, 'relay-link-up').length === 1);
});

scenario(
  'certificates and authorities are changed by SIGHUP while links stay',
  async (stage) => {
    const [old, fresh] = [new Authority(stage, 'old'), new Authority(stage, 'fresh')];
    const nodes = await prepared(
      stage,
      [0, 1].map(() => ({ ca: old, ...mutual(secured(old)) })),
    );
    await Promise.all(nodes.map((node) => node.start()));
    await linked(nodes);
    const reader = await stage.subscribe(nodes[0], '/subscribe/c');
    copyFileSync(fresh.file, old.file);
    for (const node of nodes) {
      const { certificate, key } = fresh.issue(`DNS:${name}`);
      copyFileSync(certificate, node.config.tls.certificate[0]);
      copyFileSync(key, node.config.tls.key[0]);
      node.program.signal('SIGHUP');
      await until('it is taken', () => lines(node, 'reloaded').length === 1);
      node.tls = { ca: fresh.pem, servername: name };
    }
    await publish(nodes[1], '/publish/c', { data: 'over the old link' });
    assert.equal((await reader.next()).data, '"over the old link"');
    for (const node of nodes) assert.equal(lines(node, 'relay-link-lost').length, 0);
    await nodes[1].restart();
    await linked(nodes);
    await publish(nodes[1], '/publish/c', { data: 'over a new one' });
    assert.equal((await reader.next()).data, '"over a new one"');
  },
  { seconds: 60 },
);

scenario('a client certificate that the peer does not accept is told where it was shown', async (stage) => {
  const [ours, other] = [new Authority(stage, 'ours'), new Authority(stage, 'other')];
  const strange = other.issue(`DNS:${name}`);
  const relay = { client_certificate: strange.certificate, client_key: strange.key };
  const [a, b] = await started(stage, [
    { ca: ours, ...secured(ours) },
    { ca: ours, ...secured(ours, { relay }) },
  ]);
  await tells(b, /TLS (read|write): the other side refused: /);
  await until('a tells', () => /tls-failed.*other side.s certificate is not accepted/.test(a.log));
});

scenario('files and settings that cannot be used are refused at the start and by a reload', async (stage) => {
  const authority = new Authority(stage);
  const [a, b, c, plain] = await prepared(stage, [
    { ca: authority, ...secured(authority, { relay: { ca_file: '/nowhere.pem' } }) },
    { ca: authority, ...mutual(secured(authority)) },
    { ca: authority, ...secured(authority, { relay: { original_nodes: ['10.0.0.7'] } }) },
    { relay: { ca_file: '/nowhere.pem' } },
  ]);
  for (const [node, problem] of [
    [a, /relay\.ca_file: \/nowhere\.pem: /],
    [c, /relay\.original_nodes: .*know no TLS/],
    [plain, /relay\.ca_file: \/nowhere\.pem: /],
  ]) {
    node.spawn();
    assert.equal((await node.program.exited).code, 78);
    assert.match(node.log, problem);
  }
  await b.start();
  copyFileSync(authority.key, b.config.relay.client_certificate);
  b.program.signal('SIGHUP');
  await until('it says so', () => lines(b, 'reload-refused').some((line) => line.includes('relay.client_certificate')));
});

scenario('who connects to a TLS port and says nothing, or half a hello, holds up nobody', async (stage) => {
  const authority = new Authority(stage);
  const nodes = await started(stage, [0, 1].map(() => ({ ca: authority, ...secured(authority) })));
  for (const bytes of ['', '\x16\x03\x01\x02\x00\x01']) {
    const socket = net.connect(nodes[0].port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
    socket.on('error', () => {});
    stage.defer(() => socket.destroy());
  }
  await linked(nodes);
});
