// A running node and the stage that owns what a test starts.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Program } from './process.mjs';
import { call } from './http.mjs';
import { until, within } from './wait.mjs';

/** A port below the ephemeral range that nobody listens on now. */
export async function freePort() {
  block ??= ownBlock();
  const { first } = await block;
  for (;;) {
    taken = (taken % (blockSize - 1)) + 1;
    const probe = await listening(first + taken);
    if (!probe) continue;
    await new Promise((resolve) => probe.close(resolve));
    return first + taken;
  }
}

// Files of tests run at the same time, and a port is free between two lives of a node: each process has its own ports,
// as long as it listens on the first of them.
const blockSize = 200;
let block;
let taken = 0;

async function ownBlock() {
  for (;;) {
    const first = 20000 + blockSize * Math.floor(Math.random() * 60);
    const holder = await listening(first);
    if (holder) return { first, holder: holder.unref() };
  }
}

function listening(port) {
  return new Promise((resolve) => {
    const server = net.createServer().once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

const isObject = (value) => value && typeof value === 'object' && !Array.isArray(value);
function merge(under, over) {
  const result = { ...under };
  for (const [key, value] of Object.entries(over)) {
    result[key] = isObject(value) && isObject(under[key]) ? merge(under[key], value) : value;
  }
  return result;
}

const base = {
  http: { address: '127.0.0.1', port: 0, threads: 2 },
  node: { name: 'n1' },
  discovery: ['hosts'],
  transport: 'relay',
  auth: ['open'],
  drain: { window: '100ms' },
  log: { format: 'json' },
};

export class Node {
  constructor(config, options = {}) {
    this.config = merge(base, config);
    this.options = options;
    this.address = this.config.http.address;
    this.folder = mkdtempSync(join(tmpdir(), 'sse-e2e-'));
    this.file = join(this.folder, 'config.json');
    writeFileSync(this.file, JSON.stringify(this.config, null, 2));
    this.programs = [];
  }

  /** Starts the process without waiting for it to be ready. */
  spawn() {
    this.program = new Program(['start', '--config', this.file, ...(this.options.args ?? [])], this.options);
    this.programs.push(this.program);
  }

  async start() {
    this.spawn();
    await until('the node names its port', () => this.findPort() || this.failIfEnded(), 15000);
    await until('the node is ready', async () => (await this.probe('/readyz')) === 200 || this.failIfEnded(), 15000);
    return this;
  }

  findPort() {
    const line = this.program.output.split('\n').find((text) => /"id" ?: ?"ready"|\bready\b.*http_port/.test(text));
    const found = line?.match(/http_port"?[ :="]+(\d+)/);
    this.port = found ? Number(found[1]) : this.config.http.port;
    return this.port > 0;
  }

  failIfEnded() {
    if (!this.program.ended) return false;
    throw new Error(`the node ended: ${JSON.stringify(this.program.status)}\n${this.program.output}`);
  }

  /** The status of a GET, or 0 where there was no answer. */
  async probe(path) {
    return call(this, 'GET', path, { timeout: 2000 }).then(
      (answer) => answer.status,
      () => 0,
    );
  }

  async status() {
    return (await call(this, 'GET', '/status')).json();
  }

  /** The value of a metric summed over its labels; 0 where there is none. */
  async metric(name) {
    const { body } = await call(this, 'GET', '/metrics');
    const rows = body.split('\n').filter((line) => line.startsWith(name) && /[{ ]/.test(line[name.length]));
    return rows.reduce((sum, row) => sum + Number(row.slice(row.lastIndexOf(' ') + 1)), 0);
  }

  /** SIGTERM, then the exit status. */
  async stop(deadline = 10000) {
    this.program.signal('SIGTERM');
    const status = await within('the node stops after SIGTERM', this.program.exited, deadline);
    if (this.program.findings) throw new Error(this.program.findings);
    return status;
  }

  async kill() {
    this.program.signal('SIGKILL');
    await this.program.exited;
  }

  /** Stops the process and starts it again with the same file; on the same port if the file names one. */
  async restart() {
    await this.stop();
    return this.start();
  }

  /** Ends it in an orderly way; throws where that fails or a sanitizer found something. */
  async dispose() {
    try {
      if (this.program && !this.program.ended) {
        const { code, signal } = await this.stop();
        if (code !== 0) throw new Error(`the node ended with ${code ?? signal} after SIGTERM`);
      }
      const findings = this.programs.map((program) => program.findings).find(Boolean);
      if (findings) throw new Error(findings);
    } finally {
      this.program?.signal('SIGKILL');
      rmSync(this.folder, { recursive: true, force: true });
    }
  }

  get log() {
    return this.programs.map((program) => program.output).join('\n-- restarted --\n');
  }
}
