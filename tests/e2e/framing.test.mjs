// A corpus of malformed and ambiguous requests: each gets a bounded answer, and none that both we and a proxy take is
// framed in two ways.
import assert from 'node:assert/strict';
import net from 'node:net';
import { corpus, tail } from './support/corpus.mjs';
import { front, missing } from './support/fronts.mjs';
import { call, publish } from './support/http.mjs';
import { scenario } from './support/stage.mjs';
import { patience, until } from './support/wait.mjs';
import { takeResponses } from './support/wire.mjs';

const seed = Number(process.env.SSE_SEED ?? 20260101);
const requests = corpus(seed);
const slow = patience > 2;

/** Sends `text` on a connection of its own: what came until the other side closed. */
function exchange(port, text, onPort = () => {}) {
  return new Promise((resolve, reject) => {
    let came = '';
    const socket = net.connect(port, '127.0.0.1', () => {
      onPort(socket.localPort);
      socket.write(Buffer.from(text, 'latin1'));
    });
    socket.setTimeout(15000 * patience, () => {
      socket.destroy();
      reject(new Error(`still open: ${JSON.stringify(text)}`));
    });
    socket.setEncoding('latin1').on('data', (bytes) => (came += bytes));
    socket.on('error', () => {});
    socket.on('close', () => resolve(came));
  });
}

/** `work` on each of `items`, so many at once; the results in order. */
async function each(items, work, atOnce = 96) {
  const results = new Array(items.length);
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index]);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

const limits = { header_time: '1s', body_time: '1s', idle_time: '1s' };
const stream = { backlog_events: 1000000, backlog_bytes: '256MiB' };

/** What our node answers to each request: lists of {status, headers, body}. */
async function ask(node) {
  return each(requests, async (text) => {
    const came = await exchange(node.port, text + tail);
    assert.ok(came === '' || came.startsWith('HTTP/1.1 '), JSON.stringify({ text, came }));
    return takeResponses(came);
  });
}

const refusals = new Set([400, 408, 411, 413, 414, 417, 431, 501, 505]);
const unbroken = (text) => text.replace(/\r\n?/g, '\n');
const other = { kind: 'other' };

/** What the answers up to a refusal stand for. */
function framesOf(answers, of) {
  const refused = answers.findIndex(({ status }) => refusals.has(status));
  return (refused < 0 ? answers : answers.slice(0, refused)).map(of);
}

/** Our frames: the body of a publish is that of the event whose id was answered. */
const oursOf = (answers, published) =>
  framesOf(answers, ({ status, body }) => {
    const id = status === 200 && body.match(/"id":"([^"]+)"/)?.[1];
    return id ? { kind: 'publish', body: published.get(id) } : other;
  });

/** A proxy's frames: each answer of the recorder belongs to the next request that it saw. */
function theirsOf(answers, seen) {
  const left = [...seen];
  return framesOf(answers, ({ headers }) => {
    const request = headers['x-recorder'] && left.shift();
    const path = request && request.target.replace(/^https?:\/\/[^/?]*/i, '').replace(/\?.*/s, '');
    const publish = request?.method === 'POST' && path === '/publish/corpus';
    return publish ? { kind: 'publish', body: unbroken(request.body) } : other;
  });
}

/** Whether two lists of frames go on in different ways. */
function differ(ours, theirs) {
  for (let index = 0; index < Math.min(ours.length, theirs.length); index++) {
    const [a, b] = [ours[index], theirs[index]];
    // What we answer with 404 or 415 may be a publish to them; then the next one tells whether its end was seen alike.
    if (a.body !== undefined && b.body !== undefined && a.body !== b.body) return true;
  }
  return false;
}

scenario(
  'each malformed or ambiguous request gets a bounded answer',
  async (stage) => {
    assert.ok(requests.length >= 10000, `${requests.length} requests`);
    const node = await stage.node({ limits });
    const answers = await ask(node);
    const answered = answers.filter((list) => list.length > 0).length;
    assert.ok(answered > 0.95 * requests.length, `${answered} of ${requests.length} were answered`);
    assert.ok(answers.every((list) => list.every(({ status }) => status < 500 || status === 501 || status === 505)));
    assert.equal((await call(node, 'GET', '/readyz')).status, 200);
  },
  { seconds: 300, skip: !slow && 'the next test does the same and more' },
);

scenario(
  'no request that we and a proxy take is framed in two ways',
  async (stage) => {
    const node = await stage.node({ limits, stream });
    const reader = await stage.subscribe(node, '/subscribe/corpus');
    const answers = await ask(node);
    const last = await publish(node, '/publish/corpus', { data: 'last' });
    await until('all events', () => reader.blocks.at(-1)?.id === last, 60000);
    const published = new Map(reader.blocks.map(({ id, data }) => [id, data]));
    const ours = answers.map((list) => oursOf(list, published));
    for (const name of ['nginx', 'haproxy']) {
      const proxy = await front(stage, name);
      const theirs = await each(requests, async (text) => {
        let seen = [];
        const came = await exchange(proxy.port, text + tail, (port) => (seen = proxy.requestsOf(port)));
        return theirsOf(takeResponses(came), seen);
      });
      const both = requests.filter((_, index) => ours[index].length && theirs[index].length);
      const bad = requests.filter((_, index) => differ(ours[index], theirs[index]));
      console.log(`# ${name}: ${requests.length} requests, ${both.length} taken by both, ${bad.length} differ`);
      const show = (text) => {
        const index = requests.indexOf(text);
        return JSON.stringify({ text: text.slice(0, 400), ours: ours[index], theirs: theirs[index] });
      };
      assert.ok(both.length > 100, `only ${both.length} requests are taken by both`);
      assert.equal(bad.length, 0, `seed ${seed}, ${bad.length} differ:\n${bad.slice(0, 20).map(show).join('\n')}`);
    }
  },
  { seconds: 600, skip: slow ? 'under sanitizers only our own answers count' : missing },
);
