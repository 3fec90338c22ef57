// A node that leaves while a link is broken: its peer gets what it lacks, or the log says that it did not.
import assert from 'node:assert/strict';
import { call, publish, text } from './support/http.mjs';
import { freePort } from './support/node.mjs';
import { Proxy } from './support/proxy.mjs';
import { linked, scenario } from './support/stage.mjs';
import { pause, until, within } from './support/wait.mjs';

/** Nodes a and b, and the proxies by which each is reached by the other; linked, with a reader of b. */
async function apart(stage, drain = {}, threads = 2) {
  const ports = [await freePort(), await freePort()];
  const proxies = await Promise.all(ports.map((port) => Proxy.to({ port })));
  stage.defer(async () => proxies.forEach((proxy) => proxy.close()));
  const nodes = ['a', 'b'].map((name, i) =>
    stage.prepare({
      node: { name },
      http: { port: ports[i], threads },
      hosts: { peers: [`127.0.0.1:${proxies[1 - i].port}`] },
      drain: { window: '300ms', ...drain },
    }),
  );
  await Promise.all(nodes.map((node) => node.start()));
  await linked(nodes);
  const reader = await stage.subscribe(nodes[1], '/subscribe/c');
  await publish(nodes[0], '/publish/c', { data: 1 });
  assert.equal((await reader.next()).data, '1');
  const cut = async () => {
    for (const proxy of proxies) proxy.cut();
    await until('both see it', () => nodes.every((node) => node.log.includes('relay-feed-ended')));
  };
  return { a: nodes[0], b: nodes[1], reader, cut, mend: () => proxies.forEach((proxy) => proxy.restore()) };
}

scenario('a link that is broken when a node stops is waited for, and nothing is lost', async (stage) => {
  const { a, reader, cut, mend } = await apart(stage, { flush: '20s' });
  await cut();
  await publish(a, '/publish/c', { data: 2 });
  a.program.signal('SIGTERM');
  await pause(1000);
  mend();
  assert.equal((await reader.next(20000)).data, '2');
  assert.equal((await within('a ends', a.program.exited, 20000)).code, 0);
  assert.doesNotMatch(a.log, /left-behind/);
});

scenario('a link that breaks while streams are closed comes back by a port that is opened again', async (stage) => {
  // One loop: idle connections are closed with the last stream of theirs.
  const { a, reader, cut, mend } = await apart(stage, { window: '60s', flush: '20s' }, 1);
  for (let i = 0; i < 5; i += 1) await stage.subscribe(a, '/subscribe/other');
  const publisher = await stage.wire(a);
  publisher.send('GET /livez HTTP/1.1\r\nHost: h\r\n\r\n');
  await publisher.expect(/200/);
  a.program.signal('SIGTERM');
  await until('the port is closed', async () => (await a.probe('/livez')) === 0);
  await cut();
  mend();
  publisher.send('POST /publish/c HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nlate');
  await publisher.expect(/\r\n\r\n\{"id"/);
  assert.equal((await reader.next(20000)).data, 'late');
  a.program.signal('SIGTERM');
  await within('a second signal ends it', a.program.exited);
});

scenario('a peer that stays away is told in the log, and holds the stop up for drain.flush', async (stage) => {
  const { a, cut } = await apart(stage, { flush: '1s' });
  await cut();
  await publish(a, '/publish/c', { data: 2 });
  const begin = Date.now();
  a.program.signal('SIGTERM');
  await until('it takes no more', async () => {
    const answer = await call(a, 'POST', '/publish/c', { body: 'x', headers: text }).catch(() => ({}));
    return answer.status === 503 && /leaving/.test(answer.body);
  });
  assert.equal((await within('a ends', a.program.exited, 20000)).code, 0);
  assert.ok(Date.now() - begin >= 1000, 'it waited');
  assert.match(a.log, /left-behind/);
});

scenario('a peer that has left is not waited for', async (stage) => {
  const { a, b } = await apart(stage, { flush: '20s' });
  assert.equal((await b.stop()).code, 0);
  await publish(a, '/publish/c', { data: 2 });
  const begin = Date.now();
  assert.equal((await a.stop()).code, 0);
  assert.ok(Date.now() - begin < 10000, `the stop took ${Date.now() - begin} ms`);
  assert.doesNotMatch(a.log, /left-behind/);
});
