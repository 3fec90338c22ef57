// Containers of the image that tests/image/prepare made.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { until } from '../e2e/support/wait.mjs';

export const image = process.env.SSE_IMAGE;
export const base = process.env.SSE_IMAGE_BASE;
const skip = image ? false : (process.env.SSE_IMAGE_SKIP ?? 'no image: set SSE_IMAGE, see tests/image/prepare');

/** Runs a program to its end; stdout and stderr are in `output` as well. */
export function command(name, args, { seconds = 120, ...options } = {}) {
  const ran = spawnSync(name, args, { encoding: 'utf8', timeout: seconds * 1000, ...options });
  return { ...ran, output: `${ran.stdout}${ran.stderr}${ran.error ?? ''}` };
}

export const podman = (...args) => command('podman', args);

/** What podman prints; throws where it fails. */
export function told(...args) {
  const { status, stdout, output } = podman(...args);
  if (status !== 0) throw new Error(`podman ${args.join(' ')}: ${output}`);
  return stdout.trim();
}

export const inspect = (name) => JSON.parse(told('inspect', name))[0];

/** A test that needs the image; `body` gets a list to which it adds what is to be undone. */
export function imageTest(name, body, options = {}) {
  test(name, { skip, timeout: 300000, ...options }, async () => {
    const undo = [];
    try {
      await body(undo);
    } finally {
      for (const step of undo.reverse()) await step();
    }
  });
}

/** As an orchestrator would run it: nothing may be written, no capability, no network but its own loopback. */
export const confined = [
  '--network=none',
  '--read-only',
  '--read-only-tmpfs=false',
  '--cap-drop=all',
  '--security-opt=no-new-privileges',
];

/** A running container, removed at the end. */
export function start(undo, options, ...args) {
  const name = `sse-test-${randomBytes(4).toString('hex')}`;
  undo.push(() => podman('rm', '--force', '--time', '0', name));
  told('run', '--detach', '--name', name, ...confined, ...options, image, ...args);
  return name;
}

export const ready = (name) =>
  until(
    `${name} is ready`,
    () => {
      if (podman('exec', name, 'sse-cluster', 'probe', 'http://127.0.0.1:8080/readyz').status === 0) return true;
      if (inspect(name).State.Running) return false;
      throw new Error(`${name} ended: ${podman('logs', name).output}`);
    },
    60000,
  );
