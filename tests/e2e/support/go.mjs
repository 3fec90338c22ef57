// The programs of tests/interop, built once from Debian's packages of Go.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { binary, root } from './process.mjs';

const folder = join(dirname(dirname(binary)), 'interop');
const compiler = () => ['/usr/lib/go-1.19/bin/go', '/usr/bin/go'].find((path) => existsSync(path)) ?? 'go';

/** The path of a program of tests/interop, which is built where it is older than its source. */
export function goProgram(name) {
  const source = join(root, 'tests/interop', name);
  const program = join(folder, name);
  if (existsSync(program) && statSync(program).mtimeMs > statSync(join(source, 'main.go')).mtimeMs) return program;
  mkdirSync(folder, { recursive: true });
  const debian = { GO111MODULE: 'off', GOPATH: '/usr/share/gocode' };
  const env = { PATH: process.env.PATH, GOCACHE: join(folder, 'cache'), ...debian };
  const fresh = `${program}.${process.pid}`;
  const done = spawnSync(compiler(), ['build', '-o', fresh, '.'], { cwd: source, env, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${name} does not build: ${done.error ?? done.stderr}`);
  renameSync(fresh, program);
  return program;
}
