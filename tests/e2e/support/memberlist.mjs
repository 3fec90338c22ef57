// A real hashicorp/memberlist node (tests/interop/memberlist-peer), built once from Debian's packages.
import { spawn } from 'node:child_process';
import { goProgram } from './go.mjs';
import { freePort } from './node.mjs';
import { until } from './wait.mjs';

/** A running peer that keeps the events it printed. */
class Peer {
  constructor(name, address, port, args) {
    this.name = name;
    this.address = address;
    this.port = port;
    this.events = [];
    this.rest = '';
    const flags = ['-name', name, '-bind', address, '-port', String(port), '-meta', 'none', ...args];
    this.child = spawn(goProgram('memberlist-peer'), flags, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.stderr = '';
    this.child.stdin.on('error', () => {});
    this.child.stderr.setEncoding('utf8').on('data', (text) => (this.stderr += text));
    this.child.stdout.setEncoding('utf8').on('data', (text) => this.take(text));
    this.exited = new Promise((done) => this.child.on('close', done));
  }

  take(text) {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop();
    this.events.push(...lines.filter(Boolean).map((line) => JSON.parse(line)));
  }

  command(line) {
    this.child.stdin.write(`${line}\n`);
  }

  signal(name) {
    this.child.kill(name);
  }

  count(event, name) {
    return this.events.filter((one) => one.event === event && (!name || one.node?.name === name)).length;
  }

  /** Waits for the `times`-th event of a kind about a node. */
  saw(event, name, ms = 5000, times = 1) {
    return until(
      `${this.name} sees ${event} of ${name}: ${this.stderr.slice(-1500)}`,
      () => this.count(event, name) >= times,
      ms,
    );
  }

  /** The members it has now, by name. */
  async members() {
    const before = this.count('members');
    this.command('members');
    await until(`${this.name} prints its members`, () => this.count('members') > before);
    return this.events.filter((one) => one.event === 'members').at(-1).members;
  }
}

/** A peer on an address of its own, ended with the stage. */
export async function startPeer(stage, { name = 'peer', address = '127.0.0.2', port, args = [] } = {}) {
  const peer = new Peer(name, address, port ?? (await freePort()), args);
  stage.defer(async () => {
    peer.signal('SIGKILL');
    await peer.exited;
  });
  await until(`${name} is ready: ${peer.stderr}`, () => peer.count('ready') > 0, 10000);
  return peer;
}
