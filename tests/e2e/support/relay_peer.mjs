// The relay's wire (docs/wire.md) by hand: frames, a connection to a node's relay, and a server that a node takes for a
// peer.
import net from 'node:net';
import { until } from './wait.mjs';

export const number = (value) => {
  const bytes = [];
  for (let left = BigInt(value); ; left >>= 7n) {
    if (left < 0x80n) return Buffer.from([...bytes, Number(left)]);
    bytes.push(Number(left & 0x7fn) | 0x80);
  }
};
export const text = (value) => Buffer.concat([number(Buffer.byteLength(value)), Buffer.from(value)]);
export const tag = (name) => Buffer.from(name.padEnd(8, '0').slice(0, 8));
export const identity = (name, n) => Buffer.concat([tag(name), number(n)]);

export function frame(type, ...parts) {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const head = Buffer.alloc(5);
  head.writeUInt32LE(body.length);
  head[4] = type;
  return Buffer.concat([head, body]);
}

export const hello = (name, { head = 0, flags = 2 } = {}) =>
  frame(1, number(1), [flags], tag(name), number(head), text(name), Buffer.alloc(16, 7), [0]);
export const want = (after = 0) => frame(4, [0], number(after));

/** Events of `origin` for `channel`, numbered as given. */
export const events = (origin, channel, numbers) =>
  frame(
    5,
    number(Math.max(...numbers)),
    number(numbers.length),
    ...numbers.map((n) =>
      Buffer.concat([[0], identity(origin, n), text(channel), text(''), text(''), text(''), text(`data: ${n}\n`)].map(
        (part) => Buffer.from(part),
      )),
    ),
  );

const reached = (name, n) => [tag(name), number(n), number(1), identity(name, n)];

/** The end of a fill by `name`, which has its own events up to `n`. */
export const filled = (name, n) => frame(7, ...reached(name, n));

/** What `name` says now and then: that it has its own events up to `n`. */
export const checkpoint = (name, n) => frame(8, ...reached(name, n));

const upgrade = 'GET /relay HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: sse-relay/1\r\n\r\n';

/** Asks a node for its relay and sends `bytes` behind the request; a socket that throws away what comes. */
export function attack(port, bytes, address = '127.0.0.1') {
  return new Promise((resolve) => {
    const socket = net.connect(port, address, () => {
      socket.write(upgrade);
      socket.write(bytes);
      resolve(socket);
    });
    socket.on('error', () => resolve(socket));
    socket.resume();
  });
}

/** A server that answers the upgrade and says `script(wanted)`'s bytes: before the node's Want, and behind it. */
export class FakePeer {
  links = 0;
  acknowledgements = 0;
  #sockets = new Set();

  static async start(stage, script) {
    const peer = new FakePeer();
    peer.server = net.createServer((socket) => peer.#serve(socket, script));
    peer.server.on('connection', (socket) => peer.#sockets.add(socket));
    await new Promise((done) => peer.server.listen(0, '127.0.0.1', done));
    peer.port = peer.server.address().port;
    stage.defer(() => peer.close());
    return peer;
  }

  /** To every node that is connected. */
  send(bytes) {
    for (const socket of this.#sockets) socket.write(bytes);
  }

  close() {
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
  }

  #serve(socket, script) {
    let came = Buffer.alloc(0);
    let stage = 0;
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      came = Buffer.concat([came, bytes]);
      if (stage === 0 && came.includes('\r\n\r\n')) {
        came = came.subarray(came.indexOf('\r\n\r\n') + 4);
        stage = 1;
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: sse-relay/1\r\n\r\n');
        socket.write(script(false));
      }
      while (stage > 0 && came.length >= 5 && came.length >= 5 + came.readUInt32LE(0)) {
        if (came[4] === 4 && stage === 1) {
          stage = 2;
          this.links += 1;
          socket.write(script(true));
        }
        if (came[4] === 9) this.acknowledgements += 1;
        came = came.subarray(5 + came.readUInt32LE(0));
      }
    });
  }

  linked() {
    return until('the node reads the peer', () => this.links > 0);
  }
}
