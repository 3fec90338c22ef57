// A rolling restart under load: a balancer that knows which nodes are ready, subscribers that reconnect through it as
// EventSource does, publishers that try again, and the account of what every subscriber got.
import http from 'node:http';
import { linked } from './stage.mjs';
import { pause, until } from './wait.mjs';

const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
const figures = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const [p50, p90, p99] = [0.5, 0.9, 0.99].map((share) => Math.round(percentile(sorted, share)));
  return { p50, p90, p99, max: Math.round(sorted.at(-1) ?? 0) };
};

/** The client service: leads to nodes whose last readiness probe was well. */
export class Balancer {
  #stopped = false;

  constructor(nodes, everyMs = 500) {
    this.nodes = nodes;
    this.ready = new Set(nodes);
    this.done = this.#watch(everyMs);
  }

  async #watch(everyMs) {
    while (!this.#stopped) {
      await Promise.all(
        this.nodes.map(async (node) => {
          if ((await node.probe('/readyz')) === 200) this.ready.add(node);
          else this.ready.delete(node);
        }),
      );
      await pause(everyMs);
    }
  }

  pick() {
    const all = [...this.ready];
    return all[Math.floor(Math.random() * all.length)];
  }

  async stop() {
    this.#stopped = true;
    await this.done;
  }
}

/** One EventSource: {n, t} events of one channel. */
export class Subscriber {
  seen = new Map(); // n -> times
  gaps = []; // what each told, by whom and when
  interruptions = []; // ms from the end of a stream to the first block of the next
  reconnectedAt = [];
  lateness = { draining: [], others: [] };
  #closed = false;
  #id;
  #retry = 1000;
  #opened; // when the stream was answered

  constructor(balancer, channel) {
    Object.assign(this, { balancer, channel });
    this.done = this.#run();
  }

  async #run() {
    let lost;
    while (!this.#closed) {
      const node = this.balancer.pick();
      if (node) lost = (await this.#stream(node, lost)) ?? lost;
      if (!this.#closed) await pause(this.#retry);
    }
  }

  /** Reads one stream to its end; answers when it ended, if it had begun. */
  #stream(node, lost) {
    return new Promise((resolve) => {
      let rest = '';
      let begun = false;
      const headers = { accept: 'text/event-stream', ...(this.#id && { 'last-event-id': this.#id }) };
      const path = `/subscribe/${this.channel}`;
      this.request = http.request({ host: node.address, port: node.port, path, headers, agent: false });
      const end = () => resolve(begun ? performance.now() : undefined);
      this.request.on('error', end);
      this.request.on('response', (response) => {
        this.#opened = Date.now();
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          rest += chunk;
          for (let at; (at = rest.indexOf('\n\n')) >= 0; rest = rest.slice(at + 2)) {
            const position = this.#block(rest.slice(0, at), node);
            if (begun || !position) continue;
            begun = true;
            this.connected = true;
            if (lost === undefined) continue;
            this.interruptions.push(performance.now() - lost);
            this.reconnectedAt.push(performance.now());
          }
        });
        response.on('error', end);
        response.on('close', end);
      });
      this.request.end();
    });
  }

  /** Takes one block; answers whether it told a position. */
  #block(text, node) {
    const block = {};
    for (const line of text.split('\n')) {
      const colon = line.indexOf(': ');
      if (colon > 0) block[line.slice(0, colon)] = line.slice(colon + 2);
    }
    if (block.retry) this.#retry = Number(block.retry);
    if (block.id) this.#id = block.id;
    if (block.event === 'gap') this.gaps.push(`${new Date().toISOString()} ${node.config.node.name} ${block.data}`);
    else if (block.data) {
      const { n, t } = JSON.parse(block.data);
      this.seen.set(n, (this.seen.get(n) ?? 0) + 1);
      // What came before is late for the time between two streams, which is an interruption.
      if (t >= this.#opened) this.lateness[node.draining ? 'draining' : 'others'].push(Date.now() - t);
    }
    return Boolean(block.id);
  }

  async close() {
    this.#closed = true;
    this.request?.destroy();
    await this.done;
  }
}

/** Publishes `rate` events a second over all channels, each until some node has taken it. */
export class Source {
  published = new Map(); // channel -> how many; they are numbered from 1
  #stopped = false;
  #agent = new http.Agent({ keepAlive: true, maxSockets: 16 });

  constructor(balancer, channels, rate) {
    Object.assign(this, { balancer, channels, rate });
    this.done = this.#run();
  }

  async #run() {
    const begin = performance.now();
    const sent = [];
    for (let count = 0; !this.#stopped; ) {
      const due = ((performance.now() - begin) * this.rate) / 1000;
      for (; count < due; count += 1) sent.push(this.#publish(this.channels[count % this.channels.length]));
      await pause(10);
    }
    await Promise.all(sent);
    this.#agent.destroy();
  }

  async #publish(channel) {
    const n = (this.published.get(channel) ?? 0) + 1;
    this.published.set(channel, n);
    const body = JSON.stringify({ data: { n, t: Date.now() } });
    const headers = { 'content-type': 'application/json', 'idempotency-key': `${channel}-${n}` };
    for (;;) {
      const node = this.balancer.pick();
      if (node && (await this.#post(node, `/publish/${channel}`, headers, body))) return;
      await pause(100);
    }
  }

  #post(node, path, headers, body) {
    return new Promise((resolve) => {
      const length = { 'content-length': Buffer.byteLength(body) };
      const options = { host: node.address, port: node.port, method: 'POST', path, agent: this.#agent };
      const request = http.request({ ...options, headers: { ...headers, ...length } });
      request.on('error', () => resolve(false));
      request.on('response', (response) => response.resume().on('end', () => resolve(response.statusCode === 200)));
      request.end(body);
    });
  }

  async stop() {
    this.#stopped = true;
    await this.done;
  }
}

/** Stops and starts every node in turn, as a StatefulSet does; what each drain took, in ms. */
export async function roll(nodes, { graceMs, minReadyMs }) {
  const drains = [];
  for (const node of nodes) {
    const begin = performance.now();
    node.draining = true;
    const { code } = await node.stop(graceMs);
    if (code !== 0) throw new Error(`the node ended with ${code}`);
    drains.push(Math.round(performance.now() - begin));
    await node.start();
    node.draining = false;
    await linked(nodes);
    await pause(minReadyMs);
  }
  return drains;
}

/** Waits until everybody has everything, or nothing comes any more; then the account. */
export async function account(subscribers, source, ms = 30000) {
  const missingOf = (one) => source.published.get(one.channel) - one.seen.size;
  await until('everybody has everything', () => subscribers.every((one) => missingOf(one) <= 0), ms).catch(() => {});
  const of = (take) => subscribers.flatMap(take);
  return {
    subscribers: subscribers.length,
    published: [...source.published.values()].reduce((sum, count) => sum + count, 0),
    delivered: subscribers.reduce((sum, one) => sum + one.seen.size, 0),
    missing: subscribers.reduce((sum, one) => sum + Math.max(0, missingOf(one)), 0),
    repeated: of((one) => [...one.seen.values()]).reduce((sum, times) => sum + times - 1, 0),
    gaps: of((one) => one.gaps).length,
    reconnects: of((one) => one.interruptions).length,
    interruption_ms: figures(of((one) => one.interruptions)),
    delivered_draining: of((one) => one.lateness.draining).length,
    lateness_draining_ms: figures(of((one) => one.lateness.draining)),
    lateness_others_ms: figures(of((one) => one.lateness.others)),
    reconnects_per_second_max: busiestSecond(of((one) => one.reconnectedAt)),
  };
}

function busiestSecond(times) {
  const counts = new Map();
  for (const time of times) counts.set(Math.floor(time / 1000), (counts.get(Math.floor(time / 1000)) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}
