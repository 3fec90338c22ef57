// A bare TCP connection: exact bytes out, exact bytes in.
import net from 'node:net';
import { until } from './wait.mjs';

/** The complete responses with Content-Length at the beginning of `text`: {status, headers, body}. */
export function takeResponses(text) {
  const found = [];
  let rest = text;
  for (;;) {
    const head = rest.indexOf('\r\n\r\n');
    if (head < 0) return found;
    const [line, ...rows] = rest.slice(0, head).split('\r\n');
    const headers = Object.fromEntries(
      rows.map((row) => {
        const colon = row.indexOf(':');
        return [row.slice(0, colon).toLowerCase(), row.slice(colon + 1).trim()];
      }),
    );
    const length = Number(headers['content-length'] ?? 0);
    if (rest.length < head + 4 + length) return found;
    const status = Number(line.split(' ')[1]);
    if (status !== 100) found.push({ status, headers, body: rest.slice(head + 4, head + 4 + length) });
    rest = rest.slice(head + 4 + length);
  }
}

export class Wire {
  received = Buffer.alloc(0);
  closed = false;

  static connect(port) {
    return new Promise((resolve, reject) => {
      const wire = new Wire();
      wire.socket = net.connect(port, '127.0.0.1', () => resolve(wire));
      wire.socket.setNoDelay(true);
      wire.socket.on('data', (bytes) => (wire.received = Buffer.concat([wire.received, bytes])));
      wire.socket.on('error', (error) => (wire.socket.connecting ? reject(error) : (wire.closed = true)));
      wire.socket.on('close', () => (wire.closed = true));
      wire.socket.on('end', () => (wire.closed = true));
    });
  }

  send(bytes) {
    this.socket.write(bytes);
    return this;
  }

  get text() {
    return this.received.toString('latin1');
  }

  /** Waits until what came matches. */
  async expect(pattern, ms) {
    const found = () => this.text.match(pattern);
    return until(`${pattern} on the wire`, () => found() || (this.closed && !found() && this.#fail(pattern)), ms);
  }

  #fail(pattern) {
    throw new Error(`closed before ${pattern}; came: ${JSON.stringify(this.text.slice(0, 2000))}`);
  }

  /** Waits until the other side closed; what came. */
  async drained(ms) {
    await until('the server closes the connection', () => this.closed, ms);
    return this.text;
  }

  /** Complete responses with Content-Length that came so far: {status, headers, body}. */
  responses() {
    return takeResponses(this.text);
  }

  close() {
    this.socket.destroy();
  }
}
