// Plugin problems at start: everything at once, exit 78, nothing half-started.
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Program, linkedIn, plugins, run } from './support/process.mjs';
import { scenario } from './support/stage.mjs';
import { within } from './support/wait.mjs';

const names = ['auth-open', 'discovery-hosts', 'transport-relay'];

/** A folder with the real plugins, to be spoilt; with none where they are linked in. */
function folder(stage) {
  const path = mkdtempSync(join(tmpdir(), 'sse-plugins-'));
  stage.defer(() => rmSync(path, { recursive: true, force: true }));
  for (const name of linkedIn ? [] : names) copyFileSync(join(plugins, `${name}.so`), join(path, `${name}.so`));
  return path;
}

async function refused(stage, path, settings = {}) {
  const config = join(path, 'node.json');
  writeFileSync(
    config,
    JSON.stringify({
      http: { port: 0, address: '127.0.0.1' },
      discovery: ['hosts'],
      transport: 'relay',
      auth: ['open'],
      ...settings,
      plugins: { path: [path] },
    }),
  );
  const texts = [];
  for (const command of ['start', 'check']) {
    const program = new Program([command, '--config', config], { env: { PLUGINS_PATH: undefined } });
    stage.defer(() => program.signal('SIGKILL'));
    const { code } = await within(`${command} refuses`, program.exited, 10000);
    assert.equal(code, 78, `${command}: ${program.output}`);
    texts.push(program.output);
  }
  return texts[0];
}

/** What is about files of plugins. */
const library = (name, body) => scenario(name, body, { skip: linkedIn && 'the plugins are linked in' });

scenario('plugins that are linked in are listed without a file', async () => {
  const { code, stdout } = await run(['plugins'], { env: { PLUGINS_PATH: '/nonexistent' } });
  assert.equal(code, 0);
  const lines = stdout.split('\n').filter((line) => line.includes(' linked in '));
  for (const name of names.map((each) => each.split('-')[1])) {
    assert.equal(lines.some((line) => line.includes(` ${name} `)), linkedIn, stdout);
  }
});

library('the real plugins are there', async () => {
  for (const name of names) assert.ok(existsSync(join(plugins, `${name}.so`)), name);
  assert.equal((await run(['plugins'])).code, 0);
});

library('a file that is no library', async (stage) => {
  const path = folder(stage);
  writeFileSync(join(path, 'auth-open.so'), 'not a library\n');
  assert.match(await refused(stage, path), /auth-open\.so/);
});

library('a library without the symbol', async (stage) => {
  const path = folder(stage);
  const libraries = ['/lib/x86_64-linux-gnu/libm.so.6', '/lib/aarch64-linux-gnu/libm.so.6'];
  copyFileSync(
    libraries.find((name) => existsSync(name)),
    join(path, 'auth-open.so'),
  );
  const text = await refused(stage, path);
  assert.match(text, /auth-open\.so/);
  assert.match(text, /sse_plugin/);
});

library('a plugin of another kind under this name', async (stage) => {
  const path = folder(stage);
  copyFileSync(join(path, 'discovery-hosts.so'), join(path, 'auth-open.so'));
  const text = await refused(stage, path);
  assert.match(text, /auth-open\.so/);
  assert.match(text, /discovery/);
});

scenario('a plugin that is nowhere, with the folders searched', async (stage) => {
  const path = folder(stage);
  const text = await refused(stage, path, { transport: 'pigeon' });
  assert.match(text, /pigeon/);
  assert.ok(text.includes(path), text);
});

library('every problem is told at once', async (stage) => {
  const path = folder(stage);
  writeFileSync(join(path, 'auth-open.so'), 'not a library\n');
  const text = await refused(stage, path, { transport: 'pigeon', discovery: ['hosts', 'carrier'] });
  for (const part of ['auth-open.so', 'pigeon', 'carrier']) assert.ok(text.includes(part), `${part}: ${text}`);
});

scenario("a plugin's own option is checked before anything starts", async (stage) => {
  const path = folder(stage);
  const text = await refused(stage, path, { relay: { timeout: 'soon' }, hosts: { peers: ['no port'] } });
  assert.match(text, /relay\.timeout/);
});
