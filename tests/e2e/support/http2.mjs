// Clients of HTTP/2: node's own, and bare frames.
import http2 from 'node:http2';
import net from 'node:net';
import { until, within } from './wait.mjs';
import { parseBlocks } from './http2_blocks.mjs';

export const codes = { none: 0, protocol: 1, closed: 5, cancel: 8, calm: 11 };

/** A connection of node's client; closed at the end of the test. */
export async function connect(stage, node, options = {}) {
  const { address, port, tls } = node;
  const session = http2.connect(`${tls ? 'https' : 'http'}://${address}:${port}`, { ...tls, ...options });
  session.on('error', () => {});
  stage.defer(() => session.destroy());
  session.goaways = [];
  session.on('goaway', (code) => session.goaways.push(code));
  const begun = new Promise((done, fail) =>
    session.once('remoteSettings', done).once('close', () => fail(new Error('closed before it began'))),
  );
  await within('the connection', begun, 8000);
  return session;
}

/** {status, headers, body} of one request. */
export function request(session, method, path, { headers = {}, body } = {}) {
  const stream = session.request({ ':method': method, ':path': path, ...headers }, { endStream: body === undefined });
  const answer = new Promise((resolve, reject) => {
    let head;
    const chunks = [];
    stream.on('response', (found) => (head = found));
    stream.on('data', (chunk) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('close', () => {
      if (!head) return reject(new Error(`${path}: closed with ${stream.rstCode}`));
      resolve({ status: head[':status'], headers: head, body: Buffer.concat(chunks).toString() });
    });
  });
  if (body !== undefined) stream.end(body);
  return within(`${method} ${path}`, answer, 8000);
}

/** An open event stream: {stream, status, blocks, ended, closed}. */
export async function subscribe(session, path) {
  const stream = session.request({ ':path': path, accept: 'text/event-stream' });
  const reader = { stream, blocks: [], text: '', ended: false, closed: false };
  stream.on('response', (head) => (reader.status = head[':status']));
  stream.on('data', (chunk) => {
    reader.text += chunk;
    reader.text = parseBlocks(reader.text, reader.blocks);
  });
  stream.on('end', () => (reader.ended = true));
  stream.on('error', () => {});
  stream.on('close', () => (reader.closed = true));
  reader.data = () => reader.blocks.map((block) => block.data).filter((data) => data !== undefined);
  await until(`${path} begins`, () => reader.blocks.length > 0 || reader.closed, 8000);
  return reader;
}

const names = ['data', 'headers', 'priority', 'reset', 'settings', 'promise', 'ping', 'goaway', 'window', 'more'];
export const types = Object.fromEntries(names.map((name, type) => [name, type]));
export const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

const literal = (text) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
export const getMethod = 0x82;
export const postMethod = 0x83;
/** A header block without compression; `fields` are pairs of a name and a value. */
export const block = (path, method = getMethod, fields = []) =>
  Buffer.concat([
    Buffer.from([method, 0x86, 0x04]),
    literal(path),
    Buffer.from([0x01]),
    literal('h'),
    ...fields.flatMap(([name, value]) => [Buffer.alloc(1), literal(name), literal(value)]),
  ]);

export function frame(type, flags, id, payload = Buffer.alloc(0)) {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(id, 5);
  return Buffer.concat([head, payload]);
}

/** A connection of bare frames. */
export class Frames {
  got = [];
  closed = false;
  #left = Buffer.alloc(0);

  static async open(stage, node, first = preface + frame(types.settings, 0, 0).toString('latin1')) {
    const frames = new Frames();
    frames.socket = net.connect(node.port, node.address);
    frames.socket.on('error', () => {});
    frames.socket.on('close', () => (frames.closed = true));
    frames.socket.on('data', (bytes) => frames.#take(bytes));
    stage.defer(() => frames.socket.destroy());
    frames.socket.write(first, 'latin1');
    return frames;
  }

  #take(bytes) {
    this.#left = Buffer.concat([this.#left, bytes]);
    while (this.#left.length >= 9 && this.#left.length >= 9 + this.#left.readUIntBE(0, 3)) {
      const size = this.#left.readUIntBE(0, 3);
      const payload = this.#left.subarray(9, 9 + size);
      this.got.push({ type: this.#left[3], flags: this.#left[4], id: this.#left.readUInt32BE(5), payload });
      this.#left = this.#left.subarray(9 + size);
    }
  }

  send(...frames) {
    this.socket.write(Buffer.concat(frames));
    return this;
  }
  find(type, id) {
    return this.got.find((each) => each.type === type && (id === undefined || each.id === id));
  }
  next(type, id) {
    return until(`a frame of type ${type}`, () => this.find(type, id), 8000);
  }
  /** The code of GOAWAY, or 'closed' where there was none. */
  async refused(what = 'the connection') {
    await until(`${what} is refused`, () => this.find(types.goaway) || this.closed, 8000);
    return this.find(types.goaway)?.payload.readUInt32BE(4) ?? 'closed';
  }
}
