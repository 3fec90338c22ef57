// A TCP proxy whose connections can be cut, to break streams from outside.
import net from 'node:net';

export class Proxy {
  #sockets = new Set();
  #open = true;
  accepted = 0;

  /** A proxy to `node`, which is read when a connection comes, on a port of its own. */
  static async to(node) {
    const proxy = new Proxy();
    proxy.server = net.createServer((from) => proxy.#join(from, node.port));
    await new Promise((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    proxy.port = proxy.server.address().port;
    return proxy;
  }

  #join(from, port) {
    this.accepted += 1;
    if (!this.#open) return from.destroy();
    const to = net.connect(port, '127.0.0.1');
    for (const [socket, other] of [
      [from, to],
      [to, from],
    ]) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => (this.#sockets.delete(socket), other.destroy()));
      socket.pipe(other);
    }
  }

  /** Cuts every connection and refuses new ones until `restore`. */
  cut() {
    this.#open = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Connections that are there now stay, and carry nothing any more, not even their ends. */
  hold() {
    for (const socket of this.#sockets) socket.unpipe().removeAllListeners('close');
  }

  restore() {
    this.#open = true;
  }

  close() {
    this.cut();
    this.server.close();
  }
}
