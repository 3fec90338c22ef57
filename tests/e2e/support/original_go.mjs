// A node of davidsbond/sse-cluster as its parts make it: tests/interop/original-node, a program in Go.
import { spawn } from 'node:child_process';
import { goProgram } from './go.mjs';
import { call } from './http.mjs';
import { Reader } from './stream.mjs';
import { until, within } from './wait.mjs';

export class GoNode {
  /** `address` is where it is reached; `prefix` a command line that ends in running it, on a host of its own. */
  constructor(name, { version = 'late', address, args, prefix = [], port = 8080 }) {
    Object.assign(this, { name, version, address, port, args, prefix });
  }

  async start() {
    const [command, ...words] = [...this.prefix, goProgram('original-node')];
    words.push('-name', this.name, '-version', this.version, '-http.port', String(this.port), ...this.args);
    this.child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.output = '';
    for (const pipe of [this.child.stdout, this.child.stderr]) {
      pipe.setEncoding('utf8').on('data', (text) => (this.output += text));
    }
    this.exited = new Promise((done) => this.child.on('close', (code) => done(code)));
    await until(
      `${this.name} is ready`,
      () => this.output.includes('ready') || this.#failIfEnded(),
      15000,
    );
    return this;
  }

  #failIfEnded() {
    if (this.child.exitCode !== null) throw new Error(`${this.name} ended:\n${this.output}`);
  }

  async kill() {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  /** It leaves and ends. */
  async stop() {
    this.child.kill('SIGINT');
    await within(`${this.name} leaves`, this.exited, 10000);
  }

  async members() {
    return (await call(this, 'GET', '/status')).json().gossip.member_count;
  }

  /** An open stream on it. */
  async subscribe(channel, client) {
    const path = this.version === 'late' ? `/channel/${channel}` : `/subscribe/${channel}`;
    const reader = new Reader(this, client ? `${path}/client/${client}` : path);
    await reader.opened;
    await reader.firstBlock();
    return reader;
  }
}
