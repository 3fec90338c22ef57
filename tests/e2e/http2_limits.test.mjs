// HTTP/2: limits, floods, and frames that break the rules.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import test from 'node:test';
import { promisify } from 'node:util';
import { assertProblem, text } from './support/http.mjs';
import { block, codes, connect, frame, Frames, preface, request, subscribe, types } from './support/http2.mjs';
import { scenario } from './support/stage.mjs';
import { patience, until } from './support/wait.mjs';

const floods = (node, of) => node.metric(`sse_server_http2_floods_total{of="${of}"}`);
const many = (count, make) => Buffer.concat(Array.from({ length: count }, (_, i) => make(i)));
const get = (id, flags = 5) => frame(types.headers, flags, id, block('/livez'));

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
  const open = (id) => frame(types.headers, 5, id, block('/subscribe/c'));
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

/** Why h2spec cannot be run here, or nothing. */
function whyNot() {
  try {
    execFileSync('h2spec', ['--version'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'h2spec is not installed (go install github.com/summerwind/h2spec/cmd/h2spec@v2.6.0)';
  }
}

test('h2spec is installed', { skip: whyNot() }, () => {});
if (!whyNot()) {
  scenario('h2spec passes', async (stage) => {
    const node = await stage.node();
    const options = ['-h', '127.0.0.1', '-p', `${node.port}`, '-P', '/livez', '-o', `${5 * patience}`];
    const { stdout } = await promisify(execFile)('h2spec', options).catch((error) => error);
    assert.match(stdout, /\b0 failed/, stdout);
  });
}
