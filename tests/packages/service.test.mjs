// The unit: what systemd says about it, and the service under a systemd of its own.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { until } from '../e2e/support/wait.mjs';
import { command, node, packageTest, root } from './root.mjs';

const unit = '/lib/systemd/system/sse-cluster.service';
/** Tenths: 0 is nothing to reach, 100 everything; systemd calls less than 20 "OK". */
const exposure = 20;

packageTest('systemd takes the unit as it stands, and finds it exposed no more than 2.0', async (undo) => {
  const debian = root(undo, 'run');
  debian.install(node());
  const verified = debian.run(['systemd-analyze', 'verify', '--man=no', unit]);
  assert.equal(`${verified.status}${verified.output}`, '0');
  const words = ['systemd-analyze', 'security', '--offline=true', `--threshold=${exposure}`, '--no-pager', unit];
  const { status, output } = debian.run(words);
  assert.equal(status, 0, output);
  console.log(`note: ${output.match(/Overall exposure level.*/)[0]}`);
});

/** A container whose first process is the root's systemd; or why there can be none. */
async function boot(undo, debian) {
  if (!process.env.CONTAINERS_STORAGE_CONF) return { why: 'no podman' };
  const name = `sse-test-${randomBytes(4).toString('hex')}`;
  undo.push(() => command('podman', ['rm', '--force', '--time', '0', name]));
  const made = ['--systemd=always', '--network=none', '--cap-add=SYS_ADMIN', '--security-opt=seccomp=unconfined'];
  const ran = command('podman', [
    ...['run', '--detach', '--name', name, ...made, '--rootfs', debian.path, '/lib/systemd/systemd'],
  ]);
  if (ran.status !== 0) return { why: ran.output.trim() };
  const run = (...words) => command('podman', ['exec', name, ...words]);
  const up = () => /running|degraded/.test(run('systemctl', 'is-system-running').stdout);
  try {
    await until('systemd is up', up, 30000);
  } catch {
    return { why: 'systemd does not come up in a container' };
  }
  return { run };
}

const config = '/etc/sse-cluster/config.json';

packageTest('under systemd it runs sandboxed, reloads, drains, and stays down when misconfigured', async (undo) => {
  const debian = root(undo, 'run');
  debian.install(node());
  const { run, why } = await boot(undo, debian);
  if (why) return console.log(`note: the service was not run under systemd: ${why}`);
  const log = () => run('journalctl', '--no-pager', '--unit', 'sse-cluster').output;
  const good = (...words) => {
    const { status, output } = run(...words);
    assert.equal(status, 0, `${words.join(' ')}: ${output}\n${log()}`);
  };
  const probe = ['sse-cluster', 'probe', 'http://127.0.0.1:8080/readyz'];
  await until('ready', () => run(...probe).status === 0, 60000).catch((error) => {
    throw new Error(`${error.message}\n${log()}`);
  });
  good('sse-cluster', 'probe', 'http://127.0.0.1:8080', '--round-trip', 'news');

  // Gossip asks for the host's addresses and a token's keys come from files: both need what the sandbox must leave.
  const more = { discovery: ['hosts', 'gossip'], auth: ['jwt', 'open'], jwt: { secret: 'x'.repeat(32) } };
  writeFileSync(debian.file(config), JSON.stringify({ http: { address: '127.0.0.1' }, ...more }));
  good('systemctl', 'restart', 'sse-cluster');
  await until('ready again', () => run(...probe).status === 0, 60000);
  assert.match(log(), /plugin=discovery\/gossip/);

  writeFileSync(debian.file(config), '{"http": {"prot": 8080}}');
  good('systemctl', 'reload', 'sse-cluster');
  await until('the reload is refused', () => /reload-refused.*http\.port/.test(log()), 30000);
  good(...probe);

  good('systemctl', 'stop', 'sse-cluster');
  assert.match(log(), /stopped/);
  run('systemctl', 'start', 'sse-cluster');
  const state = () => run('systemctl', 'show', '--property=ActiveState,ExecMainStatus,NRestarts', 'sse-cluster').stdout;
  await until('it has failed', () => /ActiveState=failed/.test(state()), 60000);
  assert.match(state(), /ExecMainStatus=78/);
  assert.match(state(), /NRestarts=0/);
});
