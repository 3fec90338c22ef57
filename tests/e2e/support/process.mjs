// The program under test: where it is, how it is run and what it said.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until, within } from './wait.mjs';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
export const binary = resolve(process.env.SSE_BINARY ?? join(root, 'build/test/bin/sse-cluster'));
export const plugins = join(dirname(dirname(binary)), 'plugins');
/** Whether the plugins are parts of the program (SSE_STATIC_PLUGINS). */
export const linkedIn = process.env.SSE_LINKED_IN === '1';

if (!existsSync(binary)) throw new Error(`${binary}: no such program; build it or set SSE_BINARY`);

/** What this process has of the environment, without what would configure a node. */
export function cleanEnvironment(extra = {}) {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'ASAN_OPTIONS', 'UBSAN_OPTIONS', 'TSAN_OPTIONS'];
  const env = Object.fromEntries(kept.filter((k) => k in process.env).map((k) => [k, process.env[k]]));
  return { PLUGINS_PATH: plugins, ...env, ...extra };
}

/** A started process that collects what it prints. `prefix` is a command line that ends in running the program. */
export class Program {
  constructor(args, { env = {}, prefix = [] } = {}) {
    const [command, ...rest] = [...prefix, binary, ...args];
    this.child = spawn(command, rest, { env: cleanEnvironment(env), stdio: ['pipe', 'pipe', 'pipe'] });
    this.stdout = '';
    this.stderr = '';
    this.child.stdin.on('error', () => {});
    this.child.stdout.setEncoding('utf8').on('data', (text) => (this.stdout += text));
    this.child.stderr.setEncoding('utf8').on('data', (text) => (this.stderr += text));
    this.ended = false;
    this.exited = new Promise((done) => {
      this.child.on('error', (error) => done({ code: null, signal: null, error }));
      this.child.on('close', (code, signal) => done({ code, signal }));
    }).then((status) => ((this.ended = true), (this.status = status)));
  }

  get output() {
    return this.stdout + this.stderr;
  }

  signal(name) {
    if (!this.ended) this.child.kill(name);
  }

  /** SIGSTOP, and until every thread stands still: a busy one goes on for a moment. */
  async freeze() {
    this.signal('SIGSTOP');
    const tasks = `/proc/${this.child.pid}/task`;
    const still = (task) => /^State:\s+T/m.test(readFileSync(`${tasks}/${task}/status`, 'utf8'));
    await until('every thread stands still', () => readdirSync(tasks).every(still));
  }

  /** What a sanitizer reported, or nothing. */
  get findings() {
    const found = this.output.match(/(ERROR: (Address|Leak)Sanitizer|WARNING: ThreadSanitizer|runtime error:)[^]*/);
    return found?.[0].slice(0, 6000);
  }
}

/** Runs the program to its end. */
export async function run(args, { input, deadline = 10000, ...options } = {}) {
  const program = new Program(args, options);
  program.child.stdin.end(input ?? '');
  try {
    const status = await within(`sse-cluster ${args.join(' ')} ends`, program.exited, deadline);
    if (program.findings) throw new Error(program.findings);
    return { ...status, stdout: program.stdout, stderr: program.stderr, output: program.output };
  } finally {
    program.signal('SIGKILL');
  }
}
