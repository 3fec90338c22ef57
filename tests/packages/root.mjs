// Clean Debian roots of tests/packages/prepare: copies of them, and commands that run in them.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { freePort } from '../e2e/support/node.mjs';
import { root as top } from '../e2e/support/process.mjs';
import { patience, until, within } from '../e2e/support/wait.mjs';

/** What scripts/release made. */
export const dist = process.env.SSE_PACKAGES ?? '';
const skip = process.env.SSE_PACKAGES_SKIP || (dist ? false : 'no packages: set SSE_PACKAGES, see scripts/release');

/** The one file of the release whose name matches. */
export function released(pattern) {
  const [name, ...others] = readdirSync(dist).filter((file) => pattern.test(file));
  if (!name || others.length) throw new Error(`${dist}: expected one file ${pattern}, got ${readdirSync(dist)}`);
  return join(dist, name);
}

export const node = () => released(/^sse-cluster_.*\.deb$/);
export const sdk = () => released(/^sse-cluster-dev_.*\.deb$/);
export const tarball = () => released(/\.tar\.gz$/);

/** The names of the plugins whose sources are in this tree: what a release holds. */
export const plugins = ['auth', 'discovery', 'transport']
  .flatMap((kind) => readdirSync(join(top, 'plugins', kind), { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

/** Runs a program of this host to its end; stdout and stderr are in `output` as well. */
export function command(name, args, { seconds = 120, ...options } = {}) {
  const ran = spawnSync(name, args, { encoding: 'utf8', timeout: seconds * 1000 * patience, ...options });
  return { ...ran, output: `${ran.stdout}${ran.stderr}${ran.error ?? ''}` };
}

/** What it prints; throws where it fails. */
export function told(name, args, options) {
  const { status, stdout, output } = command(name, args, options);
  if (status !== 0) throw new Error(`${name} ${args.join(' ')}: ${status}\n${output}`);
  return stdout;
}

// A mount and a process namespace: whatever is left in it goes with its first process.
const inside = (path, words, wrap = []) => [
  ...['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c'],
  ...['mount -t proc proc "$0/proc" && exec chroot "$0" "$@"', path, ...wrap, ...words],
];
const environment = (extra) => ({ PATH: '/usr/sbin:/usr/bin:/sbin:/bin', DEBIAN_FRONTEND: 'noninteractive', ...extra });

export class Root {
  constructor(path) {
    this.path = path;
  }

  file(...parts) {
    return join(this.path, ...parts);
  }

  read(...parts) {
    return readFileSync(this.file(...parts), 'utf8');
  }

  run(words, { env, ...options } = {}) {
    return command('unshare', inside(this.path, words), { env: environment(env), ...options });
  }

  told(words, options) {
    const { status, stdout, output } = this.run(words, options);
    if (status !== 0) throw new Error(`${words.join(' ')}: ${status}\n${output}`);
    return stdout;
  }

  /** Has packages installed that lie on this host. */
  install(...packages) {
    told('cp', [...packages, this.file('tmp')]);
    const here = packages.map((file) => `/tmp/${file.split('/').at(-1)}`);
    this.told(['dpkg', '--install', ...here]);
    for (const file of here) rmSync(this.file(file));
  }

  /** Runs a server until the test ends; `port` is its own, told by HTTP_PORT. */
  async serve(undo, words, { wrap = [], env = {} } = {}) {
    const port = await freePort();
    const child = spawn('unshare', inside(this.path, words, wrap), {
      env: environment({ HTTP_PORT: String(port), ...env }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const server = { port, url: `http://127.0.0.1:${port}`, log: '', ended: false };
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (server.log += text));
    server.exited = new Promise((done) => child.on('close', (code) => done((server.ended = true) && code)));
    undo.push(() => child.kill('SIGKILL'));
    await until(
      'the server is ready',
      async () => {
        if (server.ended) throw new Error(`the server ended:\n${server.log}`);
        return (await fetch(`${server.url}/readyz`).catch(() => undefined))?.ok;
      },
      60000,
    );
    // unshare waits for the server alone, so the signal goes to what it started.
    server.stop = () => {
      const [first] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').split(' ');
      process.kill(Number(first), 'SIGTERM');
      return within('the server stops', server.exited, 60000);
    };
    return server;
  }
}

/** A test of the release; `body(undo)` adds to the list what is to be undone. */
export function packageTest(name, body, options = {}) {
  test(name, { skip, timeout: 300000 * patience, ...options }, async () => {
    const undo = [];
    try {
      await body(undo);
    } finally {
      for (const step of undo.reverse()) await step();
    }
  });
}

/** An empty folder that goes with the test. */
export function folder(undo) {
  const path = mkdtempSync(join(process.env.SSE_ROOT_FOLDER ?? tmpdir(), 'sse-root-'));
  undo.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A root of its own with what is in the prepared one: `run` or `dev`. A layer over it, or else a copy. */
export function root(undo, prepared) {
  const from = process.env[`SSE_ROOT_${prepared.toUpperCase()}`];
  const made = folder(undo);
  const [path, upper, work] = ['root', 'upper', 'work'].map((name) => join(made, name));
  for (const name of [path, upper, work]) mkdirSync(name);
  const layers = `lowerdir=${from},upperdir=${upper},workdir=${work}`;
  if (command('mount', ['-t', 'overlay', 'overlay', '-o', layers, path]).status === 0) {
    undo.push(() => told('umount', [path]));
  } else {
    told('cp', ['-a', `${from}/.`, path]);
  }
  return new Root(path);
}

/** Publishes and subscribes with the program's own clients in that root. */
export function roundTrip(where, program, server) {
  return where.told([program, 'probe', server.url, '--round-trip', 'news']);
}
