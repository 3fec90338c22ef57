// slowhttptest with 1,000 connections: slow headers, slow bodies, slow readers. Those who behave must not feel it. This
// is measured beside the same attack on another node: what slowhttptest takes of the machine is no node's fault.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import net from 'node:net';
import { publish } from './support/http.mjs';
import { scenario } from './support/stage.mjs';
import { patience, pause, until } from './support/wait.mjs';

const missing = spawnSync('slowhttptest', ['-h']).error ? 'slowhttptest is not installed' : false;
const connections = 1000;
const subscribers = 10;
const samples = 800;
const turns = patience > 2 ? 1 : 3;

const lowerQuartile = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 4)];
const now = () => Number(process.hrtime.bigint() / 1000n);

/** Healthy subscribers, and a publisher that measures how long they wait for its events. */
class Audience {
  latencies = [];

  static async open(stage, node) {
    const audience = new Audience();
    for (let count = 0; count < subscribers; count++) {
      const wire = await stage.wire(node);
      wire.socket.removeAllListeners('data');
      let begun = false;
      wire.socket.setEncoding('latin1').on('data', (text) => {
        begun = true;
        for (const [, sent] of text.matchAll(/data: (\d+)\n/g)) audience.latencies.push(now() - Number(sent));
      });
      wire.send('GET /subscribe/healthy HTTP/1.1\r\nHost: h\r\nAccept: text/event-stream\r\n\r\n');
      await until('a stream', () => begun);
    }
    audience.publisher = net.connect(node.port, '127.0.0.1').setNoDelay(true);
    audience.publisher.resume();
    stage.defer(() => audience.publisher.destroy());
    return audience;
  }

  /** The 99th percentile in microseconds of one event every other millisecond; fails where one does not come. */
  async p99() {
    this.latencies.length = 0;
    const head = 'POST /publish/healthy HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\n';
    for (let sent = 0; sent < samples; sent++) {
      const data = `${now()}`;
      this.publisher.write(`${head}Content-Length: ${data.length}\r\n\r\n${data}`);
      await pause(2);
    }
    await until('every event', () => this.latencies.length === samples * subscribers, 20000);
    return this.latencies.sort((a, b) => a - b)[Math.floor(this.latencies.length * 0.99)];
  }
}

/** Runs `body` while slowhttptest holds its connections, counted by the node's `metric`. */
async function under(stage, node, args, metric, body) {
  const before = await node.metric(metric);
  const url = `http://127.0.0.1:${node.port}${args.path}`;
  const all = ['-c', connections, '-r', connections, '-l', 240, '-p', 60, '-v', 0, '-u', url, ...args.options];
  const child = spawn('slowhttptest', all.map(String), { stdio: 'ignore' });
  const exited = new Promise((done) => child.on('close', done));
  stage.defer(() => child.kill('SIGKILL'));
  await until('the attack', async () => (await node.metric(metric)) - before >= 0.9 * connections, 30000);
  const result = await body();
  assert.ok((await node.metric(metric)) - before >= 0.9 * connections, 'the attack lasts');
  child.kill('SIGKILL');
  await exited;
  await until('it is over', async () => (await node.metric(metric)) - before < 0.1 * connections, 30000);
  return result;
}

const attacks = {
  'slow headers': { path: '/subscribe/c', options: ['-H', '-i', 2, '-x', 8], metric: 'sse_server_connections' },
  'slow bodies': {
    path: '/publish/c',
    options: ['-B', '-i', 2, '-x', 8, '-s', 8192, '-f', 'text/plain'],
    metric: 'sse_server_connections',
  },
  'slow readers': {
    path: '/subscribe/big?last_event_id=earliest',
    options: ['-X', '-w', 8, '-y', 16, '-n', 1, '-z', 5, '-m', 'text/event-stream'],
    metric: 'sse_stream_subscribers',
  },
};

for (const [name, attack] of Object.entries(attacks)) {
  scenario(
    `${name} on 1,000 connections leave the latency of others within 20 %`,
    async (stage) => {
      const limits = { header_time: '300s', body_time: '300s' };
      const [node, other] = [await stage.node({ limits }), await stage.node({ limits, node: { name: 'other' } })];
      for (const each of [node, other]) await publish(each, '/publish/big', { data: 'x'.repeat(500000) });
      const audience = await Audience.open(stage, node);
      await audience.p99();
      // Lower quartiles of several turns by turn: what else the machine is busy with in any of them only adds.
      const [quiet, beside, attacked] = [[], [], []];
      const holds = () => lowerQuartile(attacked) <= 1.2 * lowerQuartile(beside);
      const attacking = (which) => under(stage, which, attack, attack.metric, () => audience.p99());
      while (attacked.length < turns || (!holds() && attacked.length < 5 * turns)) {
        quiet.push(await audience.p99());
        beside.push(await attacking(other));
        attacked.push(await attacking(node));
      }
      const told = Object.entries({ quiet, beside, attacked }).map(([what, p99s]) => `${what} ${p99s.join(', ')}`);
      console.log(`# ${name}: p99 in µs: ${told.join('; ')}`);
      assert.ok(holds() || patience > 2, `p99 in µs: ${told.join('; ')}`);
    },
    { seconds: 300, skip: missing },
  );
}
