// A stand-in for a node of davidsbond/sse-cluster, early or late version: its HTTP interface, its event streams and the
// way it passes events on from node to node.
import http from 'node:http';
import { Reader } from './stream.mjs';
import { freePort } from './node.mjs';

const early = [/^\/publish\/([^/]+)$/, /^\/subscribe\/([^/]+)$/];
const late = [/^\/channel(?:\/([^/]+))?(?:\/client\/([^/]+))?$/, /^\/channel\/([^/]+)(?:\/client\/([^/]+))?$/];

export class OriginalNode {
  /** Every event it took: {path, channel, client, event} as it came, from whomever. */
  taken = [];
  /** How often the relay was asked for. */
  asked = 0;
  /** What a POST is answered with instead of being served; undefined: nothing special. */
  answer = () => undefined;
  #streams = new Set();
  #sockets = new Set();

  constructor(name, { version = 'late', address = '127.0.0.1', port } = {}) {
    Object.assign(this, { name, version, address, port, members: [] });
  }

  /** A node that listens; its name is its endpoint, as discovery/hosts knows no other. */
  static async start(options = {}) {
    const port = options.port ?? (await freePort());
    const node = new OriginalNode(`${options.address ?? '127.0.0.1'}:${port}`, { ...options, port });
    await node.listen();
    return node;
  }

  async listen() {
    this.server = http.createServer((request, response) => this.#serve(request, response));
    this.server.keepAliveTimeout = 30000;
    this.server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    await new Promise((resolve, reject) => this.server.on('error', reject).listen(this.port, this.address, resolve));
  }

  async close() {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  get endpoint() {
    return `${this.address}:${this.port}`;
  }

  /** The members it knows besides itself, in the order in which it tries them: nodes of either kind. */
  know(...nodes) {
    this.members = nodes
      .filter((node) => node !== this)
      .map((node) => ({
        name: node.name ?? node.config.node.name,
        address: node.address ?? '127.0.0.1',
        port: node.port,
      }));
  }

  async #serve(request, response) {
    const end = (status, text) => {
      response.writeHead(status, { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(text) });
      response.end(text);
    };
    const [posts, streams] = this.version === 'early' ? early : late;
    const path = request.url.split('?')[0];
    if (path === '/relay') this.asked += 1;
    const found = path.match(request.method === 'POST' ? posts : streams);
    const [channel, client] = found?.slice(1).map((part) => part && decodeURIComponent(part)) ?? [];
    const wrongType = request.method === 'POST' && request.headers['content-type'] !== 'application/json';
    if (!found || wrongType) return end(404, '404 page not found\n');
    if (request.method === 'GET') return this.#stream(response, channel, client);
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const event = JSON.parse(Buffer.concat(chunks).toString());
    const special = await this.answer(event);
    if (special) return end(special, 'no\n');
    if (this.version === 'early' && !event.event) return end(400, 'event: non zero value required\n');
    this.taken.push({ path, channel, client, event });
    this.#deliver(channel, client, event);
    await this.#passOn(path, event);
    return end(200, '');
  }

  #stream(response, channel, client) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(':\n\n');
    const stream = { response, channel, client };
    this.#streams.add(stream);
    response.on('close', () => this.#streams.delete(stream));
  }

  #deliver(channel, client, event) {
    const lines = [`id: ${event.id ?? ''}`, `event: ${event.event}`, `data: ${JSON.stringify(event.data ?? null)}`];
    if (event.retry) lines.push(`retry: ${event.retry}`);
    for (const stream of this.#streams) {
      if (channel !== undefined && stream.channel !== channel) continue;
      if (client !== undefined && stream.client !== client) continue;
      stream.response.write(`${lines.join('\n')}\n\n`);
    }
  }

  /** The first member that was not named and takes the event carries it on. */
  async #passOn(path, event) {
    const been = event.been_to ?? [];
    const known = {
      id: event.id ?? '',
      event: event.event ?? '',
      data: event.data ?? null,
      ...(this.version === 'early' ? { channel: event.channel ?? '' } : { retry: event.retry ?? 0 }),
      been_to: [...been, this.name],
    };
    for (const member of this.members) {
      if (been.includes(member.name) || member.name === this.name) continue;
      if ((await this.#post(member, path, JSON.stringify(known))) === 200) return;
    }
  }

  #post(member, path, body) {
    return new Promise((resolve) => {
      const request = http.request({
        host: member.address,
        port: member.port,
        path,
        method: 'POST',
        agent: false,
        localAddress: this.address,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      });
      request.on('error', () => resolve(0));
      request.on('response', (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode));
      });
      request.end(body);
    });
  }

  /** An open stream on it. */
  async subscribe(channel, client) {
    const path = this.version === 'early' ? `/subscribe/${channel}` : `/channel/${channel}`;
    const reader = new Reader(this, client ? `${path}/client/${client}` : path);
    await reader.opened;
    await reader.firstBlock();
    return reader;
  }
}
