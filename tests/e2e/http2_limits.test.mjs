// HTTP/2: limits, floods, and frames that break the rules.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { assertProblem, publish, text } from './support/http.mjs';
import { block, codes, connect, frame, Frames, postMethod, preface } from './support/http2.mjs';
import { request, subscribe, types } from './support/http2.mjs';
import { root } from './support/process.mjs';
import { scenario } from './support/stage.mjs';
import { tlsNode } from './support/tls_node.mjs';
import { patience, until } from './support/wait.mjs';

const floods = (node, of) => node.metric(`sse_server_http2_floods_total{of="${of}"}`);
const many = (count, make) => Buffer.concat(Array.from({ length: count }, (_, i) => make(i)));
const get = (id, flags = 5, path = '/livez') => frame(types.headers, flags, id, block(path));
const update = (id, size) => frame(types.window, 0, id, Buffer.from([24, 16, 8, 0].map((bits) => size >> bits)));
const post = (id, ...fields) => frame(types.headers, 4, id, block('/publish/c', postMethod, fields));

async function assertCalm(node, frames, of) {
  const code = await frames.refused();
  assert.ok(code === codes.calm || code === 'closed', `GOAWAY ${code}`);
  await until(`the flood of ${of} is counted`, async () => (await floods(node, of)) === 1);
  await until('it closes', () => frames.closed);
  assert.equal(await node.probe('/livez'), 200);
}

scenario('streams over http2.max_streams are refused, and the connection goes on', async (stage) => {
  const node = await stage.node({ http2: { max_streams: 3 } });
  const frames = await Frames.open(stage, node);
  const open = (id) => get(id, 5, '/subscribe/c');
  frames.send(open(1), open(3), open(5), open(7));
  const { payload } = await frames.next(types.reset, 7);
  assert.equal(payload.readUInt32BE(0), 7);
  await until('three', async () => (await node.metric('sse_stream_subscribers')) === 3);
  assert.equal(await node.metric('sse_server_http2_refused_streams_total'), 1);
});

scenario('resets in masses end the connection', async (stage) => {
  const node = await stage.node({ http2: { max_resets: 20 } });
  const frames = await Frames.open(stage, node);
  const code = Buffer.from([0, 0, 0, 8]);
  frames.send(many(40, (i) => Buffer.concat([get(2 * i + 1), frame(types.reset, 0, 2 * i + 1, code)])));
  await assertCalm(node, frames, 'resets');
});

for (const [what, each, config] of [
  ['windows that are too large', (id) => Buffer.concat([get(id, 5, '/subscribe/news'), update(id, 0x7fffffff)])],
  ['malformed heads', (id) => get(id, 5, '/a b')],
  [
    'bodies of another length',
    (id) => Buffer.concat([post(id, ['content-length', '5']), frame(types.data, 1, id, Buffer.from('x'))]),
  ],
  ['streams over http2.max_streams', (id) => get(id, 5, '/subscribe/news'), { max_streams: 1 }],
]) {
  scenario(`${what} count as resets of the client's`, async (stage) => {
    const node = await stage.node({ http2: { max_resets: 20, ...config } });
    const frames = await Frames.open(stage, node);
    frames.send(many(60, (i) => each(2 * i + 1)));
    await assertCalm(node, frames, 'resets');
    const resets = frames.got.filter(({ type }) => type === types.reset).length;
    assert.ok(resets <= 60, `${resets} resets`);
  });
}

scenario('malformed heads are bad requests', async (stage) => {
  const node = await stage.node();
  const frames = await Frames.open(stage, node);
  frames.send(many(20, (i) => get(2 * i + 1, 5, '/a b')));
  await frames.next(types.reset, 39);
  assert.equal(await node.metric('sse_server_bad_requests_total'), 20);
  assert.equal(frames.find(types.goaway), undefined);
});

scenario('answers that come before the end of their requests are no resets', async (stage) => {
  const node = await stage.node({ http2: { max_resets: 5 }, limits: { body: '1KiB' } });
  const frames = await Frames.open(stage, node);
  frames.send(many(20, (i) => Buffer.concat([post(2 * i + 1), frame(types.data, 0, 2 * i + 1, Buffer.alloc(1025))])));
  assert.equal((await frames.next(types.reset, 39)).payload.readUInt32BE(0), codes.none);
  assert.equal(frames.find(types.goaway), undefined);
});

scenario('window updates in masses end the connection', async (stage) => {
  const node = await stage.node();
  const frames = await Frames.open(stage, node);
  frames.send(many(20000, () => update(0, 1)));
  await assertCalm(node, frames, 'windows');
});

scenario('who floods and does not read is gone all the same', async (stage) => {
  const node = await stage.node({ http2: { max_controls: 30 } });
  const frames = await Frames.open(stage, node);
  const wide = Buffer.from([0, 4, 0x40, 0, 0, 0]); // SETTINGS_INITIAL_WINDOW_SIZE
  frames.send(frame(types.settings, 0, 0, wide), update(0, 1 << 30), get(1, 5, '/subscribe/c'));
  await frames.next(types.data, 1);
  frames.socket.pause();
  const queued = () => node.metric('sse_server_http2_queued_bytes');
  await until('nothing more goes out', async () => {
    await publish(node, '/publish/c', { data: 'x'.repeat(100_000) });
    return (await queued()) > 0;
  });
  frames.send(many(60, () => frame(types.ping, 0, 0, Buffer.alloc(8))));
  await until('the flood is counted', async () => (await floods(node, 'controls')) === 1);
  await until('it is gone', async () => (await node.metric('sse_server_http2_connections')) === 0);
});

scenario('who acknowledges each frame of 200 streams twice goes on', async (stage) => {
  const node = await stage.node();
  const frames = await Frames.open(stage, node);
  frames.send(many(200, (i) => get(2 * i + 1, 5, '/subscribe/c')));
  let read = 0;
  const acknowledge = async (least) => {
    const data = () => frames.got.filter(({ type }) => type === types.data);
    await until(`${least} frames`, () => data().length >= least || frames.closed);
    const fresh = data().slice(read);
    read += fresh.length;
    frames.send(...fresh.flatMap(({ id, payload }) => [update(id, payload.length), update(0, payload.length)]));
  };
  await acknowledge(200);
  for (let i = 1; i <= 60; i++) {
    await publish(node, '/publish/c', { data: i });
    await acknowledge(200 * (i + 1));
  }
  assert.ok(2 * read > 20000, `${read} frames`);
  assert.equal(frames.find(types.goaway), undefined);
});

for (const [what, each] of [
  ['PING', () => frame(types.ping, 0, 0, Buffer.alloc(8))],
  ['SETTINGS', () => frame(types.settings, 0, 0)],
]) {
  scenario(`${what} in masses ends the connection`, async (stage) => {
    const node = await stage.node({ http2: { max_controls: 30 } });
    const frames = await Frames.open(stage, node);
    frames.send(many(60, each));
    await assertCalm(node, frames, 'controls');
  });
}

scenario('empty DATA in masses ends the connection', async (stage) => {
  const node = await stage.node({ http2: { max_controls: 30 } });
  const frames = await Frames.open(stage, node);
  frames.send(
    get(1, 4),
    many(60, () => frame(types.data, 0, 1)),
  );
  await assertCalm(node, frames, 'controls');
});

scenario('CONTINUATION in masses ends the connection', async (stage) => {
  const node = await stage.node({ http2: { max_continuations: 2 } });
  const frames = await Frames.open(stage, node);
  frames.send(
    get(1, 1),
    many(5, () => frame(types.more, 0, 1)),
  );
  await assertCalm(node, frames, 'continuations');
});

scenario('headers beyond limits.headers are 431, a header bomb ends the connection', async (stage) => {
  const node = await stage.node({ limits: { headers: '4KiB' } });
  const session = await connect(stage, node);
  assertProblem(await request(session, 'GET', '/livez', { headers: { 'x-long': 'x'.repeat(5000) } }), 431);
  assert.equal((await request(session, 'GET', '/livez')).status, 200);
  const frames = await Frames.open(stage, node);
  // One entry of 3,000 bytes put into the table, then named by one byte each.
  const entry = Buffer.concat([Buffer.from([0x40, 1, 0x78, 0x7f, 0xb9, 0x16]), Buffer.alloc(3000, 'v')]);
  frames.send(frame(types.headers, 5, 1, Buffer.concat([block('/livez'), entry, Buffer.alloc(200, 0xbe)])));
  await assertCalm(node, frames, 'headers');
});

scenario('a request that does not come whole in time is 408 or loses its connection', async (stage) => {
  const node = await stage.node({ limits: { body_time: '1s', header_time: '1s' } });
  const session = await connect(stage, node);
  const slow = session.request({ ':method': 'POST', ':path': '/publish/c', ...text }, { endStream: false });
  let status;
  slow.on('error', () => {});
  slow.on('response', (head) => (status = head[':status']));
  await until('408', () => status === 408, 10000);
  const frames = await Frames.open(stage, node);
  frames.send(get(1, 1));
  await until('it closes', () => frames.closed, 10000);
});

scenario('a connection without streams closes after limits.idle_time', async (stage) => {
  const node = await stage.node({ limits: { idle_time: '1s' } });
  const frames = await Frames.open(stage, node);
  assert.equal(await frames.refused(), codes.none);
  await until('it closes', () => frames.closed);
});

scenario('without http2.enabled the preface is a bad request', async (stage) => {
  const node = await stage.node({ http2: { enabled: false } });
  const wire = await stage.wire(node);
  wire.send(preface);
  assert.match(await wire.drained(), /^HTTP\/1\.1 (400|505) /);
});

scenario('the preface may come byte by byte', async (stage) => {
  const node = await stage.node();
  const frames = await Frames.open(stage, node, '');
  frames.socket.setNoDelay(true);
  for (const byte of preface) {
    frames.socket.write(byte);
    await new Promise((sent) => setImmediate(sent));
  }
  frames.send(frame(types.settings, 0, 0), get(1));
  assert.match((await frames.next(types.data, 1)).payload.toString(), /ok/);
});

scenario('frames that break the rules end the connection, and no other', async (stage) => {
  const node = await stage.node();
  const reader = await subscribe(await connect(stage, node), '/subscribe/c');
  const broken = {
    'DATA on stream 0': frame(types.data, 0, 0, Buffer.from('x')),
    'DATA on an idle stream': frame(types.data, 0, 1, Buffer.from('x')),
    'HEADERS on an even stream': get(2),
    'a stream number that goes back': Buffer.concat([get(5), get(3)]),
    'SETTINGS on a stream': frame(types.settings, 0, 1),
    'SETTINGS of 5 bytes': frame(types.settings, 0, 0, Buffer.alloc(5)),
    'a PING of 7 bytes': frame(types.ping, 0, 0, Buffer.alloc(7)),
    'a frame that is too long': frame(types.data, 0, 1, Buffer.alloc(16385)),
    'CONTINUATION without HEADERS': frame(types.more, 4, 1, block('/livez')),
    'another frame within a header block': Buffer.concat([get(1, 1), frame(types.ping, 0, 0, Buffer.alloc(8))]),
    'a header block that cannot be read': frame(types.headers, 5, 1, Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff])),
    'a window that is too large': frame(types.window, 0, 0, Buffer.from([0x7f, 0xff, 0xff, 0xff])),
    'a window update of 0': frame(types.window, 0, 0, Buffer.alloc(4)),
    'PUSH_PROMISE from a client': frame(5, 4, 1, Buffer.alloc(4)),
  };
  for (const [what, bytes] of Object.entries(broken)) {
    const frames = await Frames.open(stage, node);
    frames.send(bytes);
    const code = await frames.refused(what);
    assert.ok(code === 'closed' || code > 0, `${what}: GOAWAY ${code}`);
    await until(`${what}: it closes`, () => frames.closed);
  }
  assert.equal(reader.closed, false);
});

scenario('what comes on a stream that the client has closed ends the connection', async (stage) => {
  const node = await stage.node();
  const reset = (id) => frame(types.reset, 0, id, Buffer.from([0, 0, 0, 8]));
  const data = (id) => frame(types.data, 1, id, Buffer.from('late'));
  for (const [what, ended, late] of [
    ['data behind the end', () => get(1), data],
    ['headers behind the end', () => get(1), get],
    ['data behind a reset', () => Buffer.concat([get(1, 4), reset(1)]), data],
    ['headers behind a reset', () => Buffer.concat([get(1, 4), reset(1)]), get],
  ]) {
    const frames = await Frames.open(stage, node);
    frames.send(ended());
    const answered = () => frames.got.some(({ flags, id }) => id === 1 && flags & 1);
    if (what.endsWith('end')) await until('the answer', answered);
    frames.send(late(1));
    assert.equal(await frames.refused(what), codes.closed, what);
  }
});

scenario('what was on its way when the node closed a stream is passed over', async (stage) => {
  const node = await stage.node({ limits: { body: '1KiB' } });
  const frames = await Frames.open(stage, node);
  const part = (flags) => frame(types.data, flags, 1, Buffer.alloc(900, 'x'));
  frames.send(post(1), part(0), part(0));
  await frames.next(types.reset, 1);
  frames.send(part(0), part(1), frame(types.ping, 0, 0, Buffer.from('12345678')));
  await until('the connection goes on', () => frames.got.some(({ type, flags }) => type === types.ping && flags === 1));
  assert.equal(frames.find(types.goaway), undefined);
});

scenario('priorities of no stream, and of one on itself, are refused', async (stage) => {
  const node = await stage.node();
  for (const [id, on] of [[0, 3], [5, 5]]) {
    const frames = await Frames.open(stage, node);
    frames.send(frame(types.priority, 0, id, Buffer.from([0, 0, 0, on, 16])));
    assert.equal(await frames.refused(`a priority of ${id} on ${on}`), codes.protocol);
  }
});

/** The path of h2spec, or why it cannot be run here. */
function findH2spec() {
  const found = spawnSync(join(root, 'scripts/find-h2spec'), { encoding: 'utf8' });
  return found.status === 0 ? { path: found.stdout.trim() } : { why: found.stderr.trim().split('\n').at(-1) };
}

const h2spec = findH2spec();
const specify = async (node, ...more) => {
  const options = [...more, '-h', '127.0.0.1', '-p', `${node.port}`, '-P', '/livez', '-o', `${5 * patience}`];
  return (await promisify(execFile)(h2spec.path, options).catch((error) => error)).stdout;
};

scenario(
  'h2spec passes, its strict cases too',
  async (stage) => {
    const { node } = await tlsNode(stage);
    const told = await specify(node, '--strict', '--tls', '--insecure');
    assert.match(told, /\b0 skipped, 0 failed/, told);
  },
  { seconds: 120, skip: h2spec.why },
);

scenario(
  'h2spec passes without TLS, but for what the port answers in HTTP/1.1',
  async (stage) => {
    const told = await specify(await stage.node(), '--strict');
    const failed = told.slice(told.indexOf('Failures:')).match(/× .*/g) ?? [];
    assert.deepEqual(failed, ['× 2: Sends invalid connection preface'], told);
  },
  { seconds: 120, skip: h2spec.why },
);
