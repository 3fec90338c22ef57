// The console in Chromium, and once in Firefox: what it shows and does, and that names and data are text in it.
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { browsers } from './support/clients.mjs';
import { ConsolePage } from './support/console.mjs';
import { publish, publishAll } from './support/http.mjs';
import { freePort } from './support/node.mjs';
import { Proxy } from './support/proxy.mjs';
import { scenario } from './support/stage.mjs';
import { tlsNode } from './support/tls_node.mjs';
import { bearer, newToken, TokenFile } from './support/tokens.mjs';
import { pause, until } from './support/wait.mjs';

after(() => Promise.all([browsers.chromium, browsers.firefox, browsers.trusting].map((each) => each.quit())));
const on = { console: { enabled: true } };
const options = { seconds: 90 };
const slow = 15000;

scenario(
  'the console shows both nodes, channels with their subscribers, and rates',
  async (stage) => {
    const [a, b] = await stage.pair(on);
    await stage.subscribe(a, '/subscribe/news');
    const shown = await ConsolePage.open(stage, a);
    await shown.says('#name', /^a$/);
    await shown.says('#ready', /^ready$/);
    await shown.says('#nodes tr:nth-child(1)', /^athis nodeready/);
    await shown.says('#nodes tr:nth-child(2)', new RegExp(`^b127\\.0\\.0\\.1:${b.port}aliveconnected0hosts$`));
    await shown.says('#channels tr', /^news10/);
    await shown.says('#total-subscribers', /^1$/);
    const rate = (n) => shown.text(`#charts figure:nth-child(${n}) .now`);
    await until(
      'rates and latencies',
      async () => {
        await publishAll(a, '/publish/news', [1, 2, 3]);
        const [published, delivered, subscribers, latency] = await Promise.all([1, 2, 3, 4].map(rate));
        const rates = [published, delivered].every((text) => /^[1-9][\d.]*K?\/s$/.test(text));
        const drawn = await shown.page.$eval('#charts path.first', (path) => path.getAttribute('d'));
        const lines = / [\d.]+L[\d.]+ /.test(drawn);
        return rates && lines && subscribers === '1' && /^p50[\d.]+ (µs|ms)p99[\d.]+ (µs|ms)$/.test(latency);
      },
      slow,
    );
    await b.kill();
    await shown.says('#nodes tr:nth-child(2)', /broken/);
    await shown.says('#nodes tr:nth-child(2)', /suspect/);
    shown.clean();
  },
  options,
);

scenario(
  'what the form publishes is seen in the live view of another node',
  async (stage) => {
    const [a, b] = await stage.pair(on);
    const reading = await ConsolePage.open(stage, a);
    await reading.follow('news');
    const writing = await ConsolePage.open(stage, b);
    await writing.publish('news', 'hello\nyou');
    await writing.says('#publish-answer', /^Published as \d+-[0-9a-v]{8}$/);
    const id = (await writing.text('#publish-answer')).split(' ').at(-1);
    await writing.publish('news', '{"big": 12345678901234567890}', { type: 'json', event: 'tick' });
    await writing.says('#publish-answer', /^Published/);
    await writing.publish('news', 'named', { event: 'tick' });
    await writing.says('#publish-answer', /^Published/);
    await reading.page.bringToFront();
    await until('the events', async () => (await reading.datas()).length === 3, slow);
    assert.deepEqual(await reading.datas(), ['hello\nyou', '{"big": 12345678901234567890}', '"named"']);
    assert.deepEqual((await reading.texts('#log b')).reverse(), ['message', 'tick', 'tick']);
    assert.ok((await reading.text('#log li:last-child span')).startsWith(`${id}~`), 'the id as it was delivered');
    await reading.says('#live-count', /^3 events$/);
    await writing.page.bringToFront();
    await writing.publish('news', '{bad', { type: 'json' });
    await writing.says('#publish-answer', /^data: expected JSON/);
    reading.clean();
    writing.clean();
    await writing.publish('news', 'x', { event: 'gap' });
    await writing.says('#publish-answer', /^event: gap and token-expiring are reserved$/);
    await reading.page.bringToFront();
    await reading.page.click('#live-stop');
    await reading.says('#live-state', /^stopped$/);
    await until('the stream ended', async () => (await a.status()).totals.subscribers === 0, slow);
  },
  options,
);

scenario(
  'warnings of the status are shown for as long as they are there',
  async (stage) => {
    const gossip = { bind: '127.0.0.1', port: await freePort(), advertise: '203.0.113.7' };
    const node = await stage.node({ ...on, discovery: ['gossip'], gossip });
    const shown = await ConsolePage.open(stage, node);
    const [warning] = await until('a warning', async () => {
      const { warnings } = await node.status();
      return warnings.length > 0 && warnings;
    });
    await shown.says('#warnings li:first-child', new RegExp(`${warning.id} · ${warning.about}`));
    assert.ok((await shown.text('#warnings li:first-child')).startsWith(warning.text));
    await shown.page.evaluate(() => showWarnings([]));
    assert.equal(await shown.page.$eval('#warnings-section', (section) => section.hidden), true);
    shown.clean();
  },
  options,
);

scenario(
  'it works in Firefox too',
  async (stage) => {
    const [a, b] = await stage.pair(on);
    const shown = await ConsolePage.open(stage, a, { by: browsers.firefox });
    await shown.says('#nodes tr:nth-child(2)', /^b.*connected/);
    await shown.follow('news');
    await publish(b, '/publish/news', { data: 1 });
    await until('the event', async () => (await shown.datas()).join() === '1', slow);
    await shown.publish('news', 'by Firefox');
    await shown.says('#publish-answer', /^Published as /);
    await until('its own event', async () => (await shown.datas()).join() === '1,by Firefox', slow);
    shown.clean();
  },
  options,
);

scenario(
  'by TLS the page, its requests and its stream share one connection of HTTP/2',
  async (stage) => {
    const secure = await tlsNode(stage, on);
    const at = `https://localhost:${secure.node.port}`;
    const shown = await ConsolePage.open(stage, secure.node, { at, by: browsers.trusting });
    await shown.says('#ready', /^ready$/);
    await shown.follow('news');
    await shown.publish('news', 'by TLS');
    await until('the event', async () => (await shown.datas()).join() === 'by TLS', slow);
    assert.equal(await secure.metric('sse_server_http2_connections'), 1);
    await shown.page.click('#live-stop');
    await until('the stream ended', async () => (await secure.metric('sse_stream_subscribers')) === 0, slow);
    shown.clean();
  },
  options,
);

scenario(
  'names, ids and data of strangers are text',
  async (stage) => {
    const evil = '<img src=x onerror="globalThis.hit=1">';
    const name = encodeURIComponent(evil);
    const node = await stage.node({ ...on, node: { name: '<b onclick=hit=1>n' } });
    await stage.subscribe(node, `/channel/${name}/client/${name}`);
    const shown = await ConsolePage.open(stage, node);
    await shown.says('#channels button', /^<img/);
    await shown.says('#name', /^<b onclick=hit=1>n$/);
    await shown.page.click('#channels button');
    await shown.says('#live-state', /^open$/);
    await publish(node, `/publish/${name}`, { data: `</pre>${evil}`, event: evil, id: evil });
    await until('the event', async () => (await shown.datas()).length === 1, slow);
    assert.deepEqual(await shown.datas(), [JSON.stringify(`</pre>${evil}`)]);
    assert.equal(await shown.text('#log b'), evil);
    assert.equal(await shown.text('#log span'), evil);
    await shown.publish(evil, evil);
    await until('its own event', async () => (await shown.datas()).at(-1) === evil, slow);
    const made = await shown.page.evaluate(() => [globalThis.hit === undefined, document.images.length]);
    assert.deepEqual(made, [true, 0]);
    const refused = await shown.page.evaluate(() => {
      try {
        document.body.innerHTML = '<p>';
      } catch {
        return true;
      }
    });
    assert.ok(refused, 'markup from text is refused by the policy');
    await until('it is told', () => shown.errors.length > 0);
    for (const error of shown.errors.splice(0)) assert.match(error, /Trusted/);
    shown.clean();
  },
  options,
);

scenario(
  'a keyboard is enough',
  async (stage) => {
    const node = await stage.node(on);
    await publish(node, '/publish/news', { data: 1 });
    const shown = await ConsolePage.open(stage, node);
    await shown.says('#channels button', /^news$/);
    const { keyboard } = shown.page;
    const focused = () =>
      shown.page.evaluate(() => {
        const { activeElement: one } = document;
        if (getComputedStyle(one).outlineStyle === 'none' && !one.matches('.skip')) return `${one.id}: not to be seen`;
        return one.id || one.getAttribute('aria-labelledby') || one.textContent;
      });
    const tab = async (wanted) => {
      await keyboard.press('Tab');
      assert.equal(await focused(), wanted);
    };
    await tab('Skip to the content');
    await tab('Access token');
    await keyboard.press('Enter');
    for (const id of ['token', 'Use', 'forget']) await tab(id);
    await keyboard.press('Escape');
    assert.equal(await focused(), 'Access token');
    for (const id of ['nodes-title', 'filter', 'channels-title', 'news']) await tab(id);
    await tab('live-channel');
    await keyboard.type('news');
    await tab('live-from');
    await keyboard.press('End');
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await shown.says('#log li:first-child pre', /^1$/);
    for (const id of ['live-stop', 'live-clear', 'log', 'publish-channel']) await tab(id);
    await keyboard.type('news');
    await tab('publish-type');
    await tab('publish-event');
    await tab('publish-data');
    await keyboard.type('typed');
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await shown.says('#log li:first-child pre', /^typed$/);
    await pressUntil(shown, focused, 'live-stop');
    await keyboard.press('Space');
    await shown.says('#live-state', /^stopped$/);
    assert.equal(await focused(), 'live-start', 'the focus is not lost with the button');
    shown.clean();
  },
  options,
);

/** Goes back by Shift+Tab until `wanted` has the focus. */
async function pressUntil(shown, focused, wanted) {
  for (let i = 0; i < 20 && (await focused()) !== wanted; i += 1) {
    await shown.page.keyboard.down('Shift');
    await shown.page.keyboard.press('Tab');
    await shown.page.keyboard.up('Shift');
  }
  assert.equal(await focused(), wanted);
}

scenario(
  'whoever may only subscribe follows a channel and is told what is not shown',
  async (stage) => {
    const key = await newToken({ subscribe: 'news' });
    const file = new TokenFile(stage, key);
    const node = await stage.node({ ...on, auth: ['token', 'open'], token: { file: file.path } });
    const shown = await ConsolePage.open(stage, node);
    await shown.says('#ready', /^ready$/);
    await shown.page.click('#access summary');
    await shown.page.type('#token', key.token);
    await shown.page.click('#access-form button');
    await shown.says('#banner', /^Status, channels and metrics are not shown: /);
    await shown.follow('news');
    await publish(node, '/publish/news', { data: 1 });
    await until('the event', async () => (await shown.datas()).join() === '1', slow);
    await shown.put('#live-channel', 'other');
    await shown.page.click('#live-start');
    await shown.says('#live-state', /^refused: ./);
    assert.equal(await shown.page.$eval('#live-stop', (button) => button.disabled), true);
    await shown.publish('news', 'x');
    await shown.says('#publish-answer', /./);
    assert.equal(await shown.page.$eval('#publish-answer', (answer) => answer.dataset.kind), 'bad');
  },
  options,
);

scenario(
  'a token of the field is sent as a header, and a stream goes on where it broke',
  async (stage) => {
    const key = await newToken({ publish: '*', subscribe: '*', admin: '*' });
    const file = new TokenFile(stage, key);
    const node = await stage.node({ ...on, auth: ['token'], token: { file: file.path }, stream: { retry: '300ms' } });
    const proxy = await Proxy.to(node);
    stage.defer(() => proxy.close());
    const shown = await ConsolePage.open(stage, node, { at: proxy.port });
    await shown.says('#banner', /right admin/);
    const asked = () => shown.requests.filter(({ path }) => path.startsWith('/status')).length;
    await pause(2500);
    const before = asked();
    await shown.page.type('#token', key.token);
    await shown.page.keyboard.press('Enter');
    await shown.says('#ready', /^ready$/);
    await shown.says('#banner', /^$/);
    assert.equal(before, 1, 'who is refused does not ask again by itself');
    await shown.follow('news');
    const say = (data) => publish(node, '/publish/news', { data }, bearer(key.token));
    await say(1);
    await until('the first event', async () => (await shown.datas()).length === 1, slow);
    proxy.cut();
    await shown.says('#live-state', /again in \d+/);
    for (const data of [2, 3]) await say(data);
    proxy.restore();
    await until('what was missed', async () => (await shown.datas()).length === 3, slow);
    await say(4);
    await until('what follows', async () => (await shown.datas()).length === 4, slow);
    assert.deepEqual(await shown.datas(), ['1', '2', '3', '4']);
    await shown.publish('news', 'by token');
    await shown.says('#publish-answer', /^Published/);
    assert.deepEqual(shown.foreign, []);
    assert.ok(
      shown.requests.every(({ url }) => !url.includes(key.token)),
      'no address holds the token',
    );
    const sent = shown.requests.filter(({ path }) => /^\/(subscribe|publish|status|channels|metrics)/.test(path));
    const last = sent.at(-1).headers.authorization;
    assert.equal(last, `Bearer ${key.token}`);
    assert.ok(!node.log.includes(key.token));
    await shown.page.click('#access summary');
    await shown.page.click('#forget');
    await shown.says('#banner', /right admin/);
    await shown.says('#live-state', /^stopped$/);
    assert.deepEqual([await shown.text('#nodes'), await shown.text('#channels')], ['', '']);
  },
  options,
);
