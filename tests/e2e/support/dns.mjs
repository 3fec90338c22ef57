// A real dnsmasq on a free port of 127.0.0.1 that answers for the domain `test` and nothing else.
import { spawn, spawnSync } from 'node:child_process';
import dgram from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from './node.mjs';
import { until, within } from './wait.mjs';

const program = ['dnsmasq', '/usr/sbin/dnsmasq'].find((path) => !spawnSync(path, ['--version']).error);

/** Why tests with it cannot run, or false. */
export const missing = program ? false : 'dnsmasq is not installed (dnsmasq-base)';

/** A question for the A records of `probe.test` in wire form. */
const question = Buffer.concat([
  Buffer.from([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
  Buffer.from('\x05probe\x04test\0\0\x01\0\x01', 'latin1'),
]);

export class Dns {
  constructor(port) {
    this.port = port;
    this.folder = mkdtempSync(join(tmpdir(), 'sse-dns-'));
    this.hosts = join(this.folder, 'hosts');
    this.output = '';
    writeFileSync(this.hosts, '');
  }

  /** One that runs and ends with the test. */
  static async start(stage, options) {
    const dns = new Dns(await freePort());
    stage.defer(() => dns.dispose());
    await dns.start(options);
    return dns;
  }

  /** `services`: values of dnsmasq's option --srv-host. `ttl`: seconds of all records. */
  async start({ services = [], ttl = 0 } = {}) {
    const settings = ['--no-daemon', '--conf-file=/dev/null', '--pid-file=', `--user=${userInfo().username}`];
    const scope = ['--no-resolv', '--no-hosts', '--local=/test/'];
    const place = ['--listen-address=127.0.0.1', '--bind-interfaces', `--port=${this.port}`];
    const records = [`--addn-hosts=${this.hosts}`, `--local-ttl=${ttl}`, ...services.map((one) => `--srv-host=${one}`)];
    this.child = spawn(program, [...settings, ...scope, ...place, ...records], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) stream.on('data', (text) => (this.output += text));
    this.exited = new Promise((done) => this.child.on('close', done)).then(() => (this.ended = true));
    this.ended = false;
    await until('dnsmasq answers', () => {
      if (this.ended) throw new Error(`dnsmasq ended: ${this.output}`);
      return this.answers();
    });
  }

  get server() {
    return `127.0.0.1:${this.port}`;
  }

  /** Whether the server answers a question now. */
  async answers() {
    const socket = dgram.createSocket('udp4');
    try {
      const answer = new Promise((done) => socket.on('message', () => done(true)).on('error', () => done(false)));
      socket.connect(this.port, '127.0.0.1', () => socket.send(question));
      return await within('an answer', answer, 200).catch(() => false);
    } finally {
      socket.close();
    }
  }

  /** Serves exactly these address records, as [address, name], once this is done. */
  async serve(records) {
    const before = this.reloads;
    writeFileSync(this.hosts, records.map(([address, name]) => `${address} ${name}\n`).join(''));
    this.child.kill('SIGHUP');
    await until('dnsmasq has read the records', () => this.reloads > before);
  }

  get reloads() {
    return this.output.split(`read ${this.hosts}`).length;
  }

  async stop() {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  async dispose() {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
