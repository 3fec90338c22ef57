// Chromium opens more streams on one connection than HTTP/1.1 allows it connections.
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { browsers } from './support/clients.mjs';
import { scenario } from './support/stage.mjs';
import { tlsNode } from './support/tls_node.mjs';
import { until } from './support/wait.mjs';

after(() => browsers.trusting.quit());
const count = 50;

scenario('50 event streams of a page share one TLS connection', async (stage) => {
  const secure = await tlsNode(stage);
  const page = await browsers.trusting.page();
  stage.defer(() => page.close());
  const base = `https://localhost:${secure.node.port}`;
  await page.goto(`${base}/livez`);
  await page.evaluate(
    (url, streams) => {
      globalThis.seen = { opens: 0, events: 0 };
      globalThis.sources = Array.from({ length: streams }, () => {
        const source = new EventSource(url);
        source.onopen = () => (globalThis.seen.opens += 1);
        source.onmessage = () => (globalThis.seen.events += 1);
        return source;
      });
    },
    `${base}/subscribe/c`,
    count,
  );
  const seen = () => page.evaluate(() => globalThis.seen);
  await until('all are open', async () => (await seen()).opens === count, 20000);
  assert.equal(await secure.metric('sse_stream_subscribers'), count);
  assert.equal(await secure.metric('sse_server_http2_connections'), 1);
  const status = await page.evaluate(async (url) => {
    const answer = await fetch(url, { method: 'POST', body: 'hello', headers: { 'content-type': 'text/plain' } });
    return answer.status;
  }, `${base}/publish/c`);
  assert.equal(status, 200);
  await until('each has the event', async () => (await seen()).events === count, 20000);
});
