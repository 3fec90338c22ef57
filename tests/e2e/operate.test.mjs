// What orchestrators need: a probe without a shell, and a reload without a signal.
import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import { freePort } from './support/node.mjs';
import { run } from './support/process.mjs';
import { scenario } from './support/stage.mjs';
import { until } from './support/wait.mjs';

const at = (node, path = '/') => `http://127.0.0.1:${node.port}${path}`;

scenario('probe asks the node that the environment describes', async (stage) => {
  const node = await stage.node();
  assert.equal((await run(['probe'], { env: { HTTP_PORT: String(node.port) } })).code, 0);
  const nobody = await freePort();
  const { code, stderr } = await run(['probe'], { env: { HTTP_PORT: String(node.port), ADMIN_PORT: String(nobody) } });
  assert.equal(code, 1, 'the admin port counts where there is one');
  assert.match(stderr, new RegExp(`127.0.0.1:${nobody}/livez`));
});

scenario('probe asks a URL, and refuses what is none', async (stage) => {
  const node = await stage.node();
  assert.equal((await run(['probe', at(node, '/readyz')])).code, 0);
  const missing = await run(['probe', at(node, '/nothing')]);
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /404/);
  assert.equal((await run(['probe', 'nonsense'])).code, 78);
  assert.equal((await run(['probe', '--round-trip', 'c'])).code, 78);
});

scenario('probe publishes, subscribes and resumes', async (stage) => {
  const node = await stage.node();
  const { code, output } = await run(['probe', at(node), '--round-trip', 'a test/ü'], { deadline: 30000 });
  assert.equal(code, 0, output);
  assert.match(output, /subscribed\npublished, and received as .+\nresumed, and received as .+\n$/);
});

scenario('a watched file is taken over when it changes', async (stage) => {
  const node = stage.prepare();
  const good = { ...node.config, reload: { watch: [node.file] } };
  writeFileSync(node.file, JSON.stringify(good));
  await node.start();
  const replace = (text) => {
    writeFileSync(`${node.file}.new`, text);
    renameSync(`${node.file}.new`, node.file);
  };
  replace('{"http": ');
  await until('it is refused', () => node.log.includes('reload-refused'), 15000);
  replace(JSON.stringify({ ...good, limits: { ...good.limits, clients_per_channel: 1 } }));
  await until('it is taken', () => node.log.includes('configuration reloaded'), 15000);
  await stage.subscribe(node, '/subscribe/c');
  const second = await stage.subscribe(node, '/subscribe/c', { raw: true });
  await until('the new limit holds', () => second.ended, 15000);
});
