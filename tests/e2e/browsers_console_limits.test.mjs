// The console in Chromium: its reader of streams, its limits, the other port, and whether everybody can use it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after } from 'node:test';
import { browsers } from './support/clients.mjs';
import { ConsolePage } from './support/console.mjs';
import { call, ndjson, publish } from './support/http.mjs';
import { freePort } from './support/node.mjs';
import { scenario } from './support/stage.mjs';
import { patience, pause, until } from './support/wait.mjs';

after(() => browsers.chromium.quit());
const on = { console: { enabled: true } };
const options = { seconds: 90 };
const slow = 15000;

/** Publishes `lines` events to `channel` as batches. */
async function flood(node, channel, lines) {
  for (let n = 0; n < lines; n += 1000) {
    const batch = Array.from({ length: 1000 }, (_, i) => JSON.stringify({ channel, data: n + i }));
    assert.equal((await call(node, 'POST', '/publish', { body: batch.join('\n'), headers: ndjson })).status, 200);
  }
}

scenario(
  'the reader of streams finds the same events however the text is cut',
  async (stage) => {
    const shown = await ConsolePage.open(stage, await stage.node(on));
    const text =
      ': hi\nid: 1\nretry: 70\ndata: a\ndata:  b\n\nevent: x\r\ndata\r\ndata: c\r\n\r\nid: 2\rdata: é\r\r' +
      'id: bad\0id\nretry: 7s\nnothing\ndata:\n\nid: 3\n\ndata: lost at the end\n';
    const read = await shown.page.evaluate((stream) => {
      const found = new Set();
      for (let i = 0; i <= stream.length; i += 1) {
        for (let j = i; j <= stream.length; j += 1) {
          const parser = new EventParser();
          const events = [];
          for (const piece of [stream.slice(0, i), stream.slice(i, j), stream.slice(j)])
            parser.feed(piece, (event) => events.push(event));
          found.add(JSON.stringify({ events, id: parser.lastId, retry: parser.retry }));
        }
      }
      return [...found];
    }, text);
    assert.equal(read.length, 1);
    assert.deepEqual(JSON.parse(read[0]), {
      events: [
        { id: '1', type: 'message', data: 'a\n b', cut: false },
        { id: '1', type: 'x', data: '\nc', cut: false },
        { id: '2', type: 'message', data: 'é', cut: false },
      ],
      id: '3',
      retry: 70,
    });
  },
  options,
);

scenario(
  'a flood, a long event and a long stay do not fill the page',
  async (stage) => {
    const node = await stage.node({
      ...on,
      limits: { body: '2MiB' },
      history: { max_events: 20000, max_bytes: '64MiB' },
      stream: { backlog_events: 20000, backlog_bytes: '64MiB' },
    });
    const shown = await ConsolePage.open(stage, node);
    await shown.follow('flood');
    await flood(node, 'flood', 10000);
    await publish(node, '/publish/flood', { data: 'x'.repeat(1000000) });
    await shown.says('#live-count', /^10,001 events, the last 200 shown$/);
    const [rows, longest] = await shown.page.evaluate(() => [
      document.querySelectorAll('#log li').length,
      Math.max(...[...document.querySelectorAll('#log pre')].map((one) => one.textContent.length)),
    ]);
    assert.equal(rows, 200);
    assert.ok(longest < 5000, `${longest} characters`);
    assert.match(await shown.text('#log li:first-child pre'), /^"x+… \(longer\)$/);
    assert.equal(await shown.text('#log li:nth-child(2) pre'), '9999');
    const points = await shown.page.evaluate(() => {
      for (let n = 0; n < 1000; n += 1) charts.subscribers.add([n]);
      return charts.subscribers.figure.querySelector('.first').getAttribute('d').split('L').length;
    });
    assert.equal(points, 150);
    shown.clean();
  },
  options,
);

scenario(
  'an answer of another shape is told and the page goes on',
  async (stage) => {
    const shown = await ConsolePage.open(stage, await stage.node(on));
    await shown.says('#ready', /^ready$/);
    await shown.page.evaluate(() => {
      globalThis.whole = showStatus;
      globalThis.showStatus = () => whole({});
    });
    await shown.says('#banner', /^the answer cannot be shown: .*; trying again$/);
    await shown.page.evaluate(() => (globalThis.showStatus = whole));
    await shown.says('#banner', /^$/);
    shown.clean();
  },
  options,
);

scenario(
  'a gap is told as one',
  async (stage) => {
    const node = await stage.node({ ...on, stream: { retry: '200ms' }, http: { port: await freePort() } });
    const shown = await ConsolePage.open(stage, node);
    await shown.follow('news');
    await publish(node, '/publish/news', { data: 1 });
    await until('the event', async () => (await shown.datas()).length === 1, slow);
    await node.restart();
    await shown.says('#log .gap', /^gap: events are missing here.*unknown-position/);
    await shown.says('#live-state', /^open$/);
    await shown.says('#ready', /^ready$/);
    await shown.says('#banner', /^$/);
  },
  options,
);

scenario(
  'channels come by pages and by what their names start with',
  async (stage) => {
    const node = await stage.node(on);
    const names = [...Array.from({ length: 30 }, (_, i) => `a-${String(i).padStart(2, '0')}`), 'b', 'é', '一二'];
    for (const name of names) await publish(node, `/publish/${encodeURIComponent(name)}`, { data: 1 });
    const shown = await ConsolePage.open(stage, node);
    const listed = () => shown.texts('#channels button');
    const list = (wanted) =>
      until(`${wanted}`, async () => (await listed()).join() === wanted.join(), slow).catch(async () =>
        assert.deepEqual(await listed(), wanted),
      );
    await list(names.slice(0, 25));
    await shown.page.click('#next');
    await list(names.slice(25));
    await shown.page.click('#first');
    await list(names.slice(0, 25));
    for (const [prefix, wanted] of [
      ['a-1', names.slice(10, 20)],
      ['a-29', ['a-29']],
      ['b', ['b']],
      ['é', ['é']],
      ['一二', ['一二']],
      ['c', []],
    ]) {
      await shown.put('#filter', prefix);
      await list(wanted);
    }
    await shown.says('#channels-empty', /^No channel starts with that\.$/);
    shown.clean();
  },
  options,
);

scenario(
  'a hidden page asks for nothing',
  async (stage) => {
    const shown = await ConsolePage.open(stage, await stage.node(on));
    const hide = (hidden) =>
      shown.page.evaluate((value) => {
        Object.defineProperty(document, 'hidden', { value, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, hidden);
    const asked = () => shown.requests.filter(({ path }) => path.startsWith('/status')).length;
    await until('it asks every two seconds', () => asked() >= 3, slow);
    await hide(true);
    await pause(500 * patience);
    const before = asked();
    await pause(4500);
    assert.equal(asked(), before);
    await hide(false);
    await until('it asks again at once', () => asked() > before, slow);
    shown.clean();
  },
  options,
);

scenario(
  'on admin.port there are no streams and no form',
  async (stage) => {
    const admin = await freePort();
    const node = await stage.node({ ...on, admin: { port: admin } });
    const shown = await ConsolePage.open(stage, node, { at: admin });
    await shown.says('#ready', /^ready$/);
    const visible = (id) => shown.page.$eval(id, (one) => one.checkVisibility());
    assert.deepEqual([await visible('#client'), await visible('#no-client')], [false, true]);
    await publish(node, '/publish/news', { data: 1 });
    await until('a name that is no button', () => shown.page.$('#channels button:disabled'), slow);
    shown.clean();
  },
  options,
);

scenario(
  'axe finds nothing, dark and light, wide and narrow',
  async (stage) => {
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    const [node] = await stage.pair(on);
    await publish(node, '/publish/news', { data: 'text' });
    for (const scheme of ['light', 'dark']) {
      for (const width of [1280, 360]) {
        const shown = await ConsolePage.open(stage, node, { size: { width, height: 900 } });
        await shown.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
        await shown.follow('news', 'last=20');
        await shown.page.evaluate(() => live.take({ id: '1', type: 'gap', data: '{}' }));
        await shown.publish('news', '');
        await shown.says('#publish-answer', /./);
        await shown.page.evaluate(() => (document.getElementById('access').open = true));
        await shown.page.evaluate(axe);
        const { violations, passes } = await shown.page.evaluate(() => axe.run());
        assert.ok(passes.length > 20, `${passes.length} rules`);
        const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' ')}`);
        assert.deepEqual(told, [], `${scheme}, ${width} wide`);
        const wide = await shown.page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${wide} in a window of ${width}`);
        shown.clean();
      }
    }
  },
  options,
);
