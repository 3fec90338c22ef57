// What a node is given to start with: nothing at all, or something wrong, which is exit status 78 and a sentence.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './support/node.mjs';
import { Program, run } from './support/process.mjs';
import { scenario } from './support/stage.mjs';
import { until, within } from './support/wait.mjs';

/** A folder that anybody may look into, with a file that only its owner may read. */
function mounted(stage) {
  const path = mkdtempSync(join(tmpdir(), 'sse-mounted-'));
  stage.defer(() => rmSync(path, { recursive: true, force: true }));
  chmodSync(path, 0o755);
  writeFileSync(join(path, 'secret'), '0123456789abcdef', { mode: 0o000 });
  mkdirSync(join(path, 'folder'));
  writeFileSync(join(path, 'folder', 'file'), '');
  return path;
}

// Root reads everything, so it gives that up.
const anybody = process.getuid() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];

/** What `start` and `check` say, which is the same, when they refuse. */
async function refused(args, env = {}) {
  const texts = [];
  for (const command of ['start', 'check']) {
    const { code, output } = await run([command, '--http.port', '0', ...args], { env, prefix: anybody });
    assert.equal(code, 78, output);
    texts.push(output);
  }
  assert.equal(texts[0], texts[1]);
  return texts[0];
}

scenario('without any configuration it runs a single node', async (stage) => {
  const port = await freePort();
  const program = new Program(['start'], { env: { HTTP_PORT: String(port), HTTP_ADDRESS: '127.0.0.1' } });
  stage.defer(() => program.signal('SIGKILL'));
  const url = `http://127.0.0.1:${port}`;
  const ready = async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.ok;
  await until(`it is ready: ${program.output}`, ready, 15000);
  const { code, stdout } = await run(['probe', url, '--round-trip', 'c'], { deadline: 30000 });
  assert.equal(code, 0);
  assert.match(stdout, /published.*\nresumed/);
  const { cluster } = await (await fetch(`${url}/status`)).json();
  assert.deepEqual(cluster.nodes, []);
  program.signal('SIGTERM');
  assert.equal((await within('it stops', program.exited, 15000)).code, 0);
});

scenario('a configuration file that is missing, a folder, empty, no JSON, or not to be read', async (stage) => {
  const path = mounted(stage);
  const say = (name) => refused(['--config', join(path, name)]);
  assert.equal(await say('config.json'), `${join(path, 'config.json')}: cannot be read: No such file or directory\n`);
  assert.match(await say('folder'), /folder: cannot be read: Is a directory/);
  assert.match(await say('folder/file/config.json'), /cannot be read: Not a directory/);
  assert.match(await say('secret'), /secret: cannot be read: Permission denied/);
  assert.match(await say('folder/file'), /folder\/file:1:1: not JSON/);
});

scenario('a name that is too long, or is more than a word on a line', async () => {
  for (const [name, got] of [
    ['n'.repeat(256), '256 bytes'],
    ['a\nb', 'a control character'],
    [' a', 'a space at an end'],
    ['a ', 'a space at an end'],
    ['a\u0085b', 'a control character'],
  ]) {
    const told = await refused(['--node.name', name]);
    assert.ok(told.includes(`node.name: expected 1 to 255 bytes of UTF-8 without control characters`), told);
    assert.ok(told.includes(got), told);
  }
  assert.equal((await run(['check', '--http.port', '0', '--node.name', 'ü'.repeat(127)])).code, 0);
});

scenario('a secret in a file that is missing, a folder, empty, or not to be read', async (stage) => {
  const path = mounted(stage);
  for (const [key, variable] of [
    ['cluster.secret_file', 'CLUSTER_SECRET_FILE'],
    ['gossip.secret_key_file', 'GOSSIP_SECRET_KEY_FILE'],
    ['jwt.secret_file', 'JWT_SECRET_FILE'],
  ]) {
    const say = (name) => refused([], { [variable]: join(path, name) });
    for (const [name, why] of [
      ['none', 'cannot be read: No such file or directory'],
      ['folder', 'cannot be read: Is a directory'],
      ['secret', 'cannot be read: Permission denied'],
      ['folder/file', ': expected a secret, got an empty file'],
    ]) {
      const text = await say(name);
      assert.ok(text.includes(key) && text.includes(variable), text);
      assert.ok(text.includes(`${join(path, name)}${why.startsWith(':') ? '' : ' '}${why}`), text);
      assert.doesNotMatch(text, /0123456789abcdef/);
    }
  }
});

scenario('keys and certificates that are missing, folders, no keys, or not to be read', async (stage) => {
  const path = mounted(stage);
  writeFileSync(join(path, 'text'), 'no key\n');
  for (const name of ['none', 'folder', 'secret', 'text']) {
    const file = join(path, name);
    const cases = [
      ['tls.certificate', ['--tls.certificate', file, '--tls.key', file]],
      ['jwt.key', ['--auth', 'jwt', '--jwt.key', file]],
      ['jwt.jwks', ['--auth', 'jwt', '--jwt.jwks', file]],
      ['jwt.ca_file', ['--auth', 'jwt', '--jwt.jwks', 'https://127.0.0.1/keys', '--jwt.ca_file', file]],
    ];
    for (const [key, args] of cases) {
      const text = await refused(args);
      assert.ok(text.includes(key) && text.includes(file), text);
    }
  }
});

scenario('a folder of plugins that is not there names where it was looked for', async (stage) => {
  const path = mounted(stage);
  const text = await refused(['--auth', 'elsewhere', '--plugins.path', join(path, 'none')]);
  assert.ok(text.includes(join(path, 'none', 'auth-elsewhere.so')), text);
});
