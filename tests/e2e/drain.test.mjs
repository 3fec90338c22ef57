// Stopping: streams are led away over a window, what was accepted is kept, the exit status is 0.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { call, json, publish, text } from './support/http.mjs';
import { scenario } from './support/stage.mjs';
import { until, within } from './support/wait.mjs';

scenario('SIGTERM closes streams over the window, each with a retry hint, and exits 0', async (stage) => {
  const node = await stage.node({ drain: { window: '1s', retry: '2s' } });
  const readers = [];
  for (let i = 0; i < 10; i++) readers.push(await stage.subscribe(node, '/subscribe/c'));
  const ends = Promise.all(readers.map(async (reader) => (await reader.end(), Date.now())));
  node.program.signal('SIGTERM');
  const times = await ends;
  const { code } = await within('the end', node.program.exited);
  assert.equal(code, 0);
  for (const reader of readers) {
    const retry = Number(reader.blocks.at(-1).retry);
    assert.ok(retry >= 1000 && retry <= 3000, `retry 2 s ± 50 %, got ${reader.blocks.at(-1).raw}`);
    assert.equal(reader.complete, true, 'the body ends in order');
  }
  assert.ok(new Set(readers.map((reader) => reader.blocks.at(-1).retry)).size > 1, 'the hints differ');
  assert.ok(Math.max(...times) - Math.min(...times) >= 300, 'the closings are spread');
});

scenario('SIGINT does the same', async (stage) => {
  const node = await stage.node();
  node.program.signal('SIGINT');
  assert.equal((await within('the end', node.program.exited)).code, 0);
});

scenario('a draining node is not ready before it closes anything', async (stage) => {
  const node = await stage.node({ drain: { delay: '60s' } });
  const reader = await stage.subscribe(node, '/subscribe/c');
  node.program.signal('SIGTERM');
  await until('not ready', async () => (await node.probe('/readyz')) === 503);
  assert.equal(await node.probe('/livez'), 200);
  assert.equal((await call(node, 'POST', '/publish/c', { body: 'late', headers: text })).status, 200);
  assert.equal((await reader.next()).data, 'late');
  const resumed = await stage.subscribe(node, '/subscribe/c', { lastEventId: 'earliest' });
  assert.equal((await resumed.next()).data, 'late', 'who is still led here is served');
  node.program.signal('SIGTERM');
  await within('a second signal ends it', node.program.exited, 3000);
});

scenario('a second signal ends a long window at once', async (stage) => {
  const node = await stage.node({ drain: { window: '60s' } });
  const readers = [];
  for (let i = 0; i < 5; i++) readers.push(await stage.subscribe(node, '/subscribe/c'));
  node.program.signal('SIGTERM');
  await until('new connections are refused', async () => (await node.probe('/readyz')) !== 200);
  node.program.signal('SIGTERM');
  await within('the end', node.program.exited, 3000);
});

scenario('events published in the window still reach the streams left', async (stage) => {
  // One loop: idle connections are closed with the last stream of theirs.
  const node = await stage.node({ http: { threads: 1 }, drain: { window: '3s' } });
  const publisher = await stage.wire(node);
  publisher.send('GET /livez HTTP/1.1\r\nHost: h\r\n\r\n');
  await publisher.expect(/200/);
  const readers = [];
  for (let i = 0; i < 8; i++) readers.push(await stage.subscribe(node, '/subscribe/c'));
  node.program.signal('SIGTERM');
  await until('the first stream ends', () => readers.some((reader) => reader.ended));
  publisher.send('POST /publish/c HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nlate');
  await publisher.expect(/\r\n\r\n\{"id"/);
  await until('the event or the end', () => readers.every((reader) => reader.ended || reader.datas.includes('late')));
  assert.ok(readers.some((reader) => reader.datas.includes('late')));
  assert.equal((await within('the end', node.program.exited)).code, 0);
});

scenario('who asks again while streams are closed is led away', async (stage) => {
  // One loop: idle connections are closed with the last stream of theirs.
  const node = await stage.node({ http: { threads: 1 }, drain: { window: '60s', retry: '10s' } });
  const asking = await stage.wire(node);
  asking.send('GET /livez HTTP/1.1\r\nHost: h\r\n\r\n');
  await asking.expect(/200/);
  for (let i = 0; i < 5; i++) await stage.subscribe(node, '/subscribe/c');
  node.program.signal('SIGTERM');
  await until('the listener is closed', async () => (await node.probe('/livez')) !== 200);
  asking.send('GET /subscribe/c HTTP/1.1\r\nHost: h\r\nAccept: text/event-stream\r\n\r\n');
  const [, retry] = await asking.expect(/\nretry: (\d+)\n\n/);
  assert.ok(retry >= 5000 && retry <= 15000, `drain.retry ± 50 %, got ${retry}`);
  node.program.signal('SIGTERM');
  await within('a second signal ends it', node.program.exited, 3000);
});

scenario('a reader that does not read cannot hold up the end', async (stage) => {
  const node = await stage.node({ drain: { window: '300ms' } });
  const stuck = await stage.wire(node);
  stuck.send('GET /subscribe/c HTTP/1.1\r\nHost: h\r\nAccept: text/event-stream\r\n\r\n');
  await stuck.expect(/\nid: /);
  stuck.socket.pause();
  for (let i = 0; i < 40; i++) await publish(node, '/publish/c', { data: 'x'.repeat(16384) });
  node.program.signal('SIGTERM');
  assert.equal((await within('the end', node.program.exited)).code, 0);
});

scenario('SIGHUP keeps the configuration when the new one is wrong, and the streams', async (stage) => {
  const node = await stage.node();
  const reader = await stage.subscribe(node, '/subscribe/c');
  writeFileSync(node.file, '{"http": ');
  node.program.signal('SIGHUP');
  await until('the log names the file', () => node.log.includes(node.file));
  assert.equal(await node.probe('/readyz'), 200);
  await publish(node, '/publish/c', { data: 1 });
  assert.equal((await reader.next()).data, '1');
});

scenario('SIGHUP takes what reloads and names what waits for a restart', async (stage) => {
  const node = await stage.node({ history: { max_events: 5 }, stream: { backlog_events: 5 } });
  const { http, ...rest } = node.config;
  const limits = { publish_rate: 1, body: '2MiB' };
  writeFileSync(node.file, JSON.stringify({ ...rest, http, limits, history: { max_events: 2 } }));
  node.program.signal('SIGHUP');
  await until('reloaded', () => /"id":"reloaded"/.test(node.log));
  await until('the log names the option', () => /reload-needs-restart.*limits\.body/.test(node.log));
  assert.doesNotMatch(node.log, /reload-needs-restart.*(publish_rate|history)/);
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => call(node, 'POST', '/publish/c', { body: '{"data":1}', headers: json })),
  );
  assert.ok(answers.some((answer) => answer.status === 429));
});
