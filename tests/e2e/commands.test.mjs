// The commands: what they print and how they exit.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call, publish } from './support/http.mjs';
import { freePort } from './support/node.mjs';
import { Program, run } from './support/process.mjs';
import { scenario } from './support/stage.mjs';
import { until } from './support/wait.mjs';

const good = { http: { port: 8080, address: '127.0.0.1' }, discovery: ['hosts'], transport: 'relay', auth: ['open'] };

/** A file of that content (text or an object) in a folder of the test's own. */
function file(stage, content, name = 'node.json') {
  const folder = mkdtempSync(join(tmpdir(), 'sse-e2e-'));
  stage.defer(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  return path;
}

scenario('--version and --help print and exit 0', async () => {
  const version = await run(['--version']);
  assert.equal(version.code, 0);
  assert.match(version.stdout, /\d+\.\d+\.\d+/);
  const help = await run(['--help']);
  assert.equal(help.code, 0);
  for (const word of ['start', 'check', 'plugins', 'options', 'publish', 'subscribe'])
    assert.match(help.stdout, new RegExp(word));
});

scenario('an unknown command or flag is an error that names it', async () => {
  for (const args of [['strat'], ['start', '--htp.port', '1'], ['options', '--format', 'yaml']]) {
    const { code, stderr } = await run(args);
    assert.notEqual(code, 0);
    assert.ok(
      args.some((word) => stderr.includes(word.replace('--', ''))),
      stderr,
    );
  }
});

scenario('check accepts a good file and opens no port', async (stage) => {
  const port = await freePort();
  const node = await stage.node({ http: { port } });
  const { code, output } = await run(['check', '--config', file(stage, { ...good, http: { port } })]);
  assert.equal(code, 0, output);
  assert.equal(await node.probe('/livez'), 200);
});

scenario('check names file, line, key path, what was expected and the nearest key', async (stage) => {
  const path = file(
    stage,
    '{\n  "http": {\n    "prot": 80,\n    "port": "many"\n  },\n  "stream": {"heartbeat": 25}\n}\n',
  );
  const { code, stderr } = await run(['check', '--config', path]);
  assert.equal(code, 78);
  assert.ok(stderr.includes(`${path}:3`), stderr);
  assert.match(stderr, /http\.prot/);
  assert.match(stderr, /http\.port/);
  assert.match(stderr, /expected/);
  assert.match(stderr, /many/);
  assert.match(stderr, /stream\.heartbeat/);
});

scenario('check refuses an address that a start would refuse', async (stage) => {
  const path = file(stage, { ...good, http: { address: 'localhost' }, admin: { port: 0, address: 'nowhere' } });
  for (const command of ['check', 'start']) {
    const { code, stderr } = await run([command, '--config', path]);
    assert.equal(code, 78, stderr);
    assert.match(stderr, /http\.address: expected a numeric address, got "localhost"/);
    if (command === 'check') assert.match(stderr, /admin\.address: expected a numeric address, got "nowhere"/);
  }
});

scenario('check says what is wrong with a file that is none, or no JSON', async (stage) => {
  const gone = await run(['check', '--config', '/nonexistent/node.json']);
  assert.equal(gone.code, 78);
  assert.match(gone.stderr, /\/nonexistent\/node\.json/);
  const path = file(stage, '{\n "http": {,}\n}');
  const broken = await run(['check', '--config', path]);
  assert.equal(broken.code, 78);
  assert.ok(broken.stderr.includes(`${path}:2`), broken.stderr);
});

scenario('secrets are not shown where configuration is', async (stage) => {
  const path = file(stage, { ...good, cluster: { secret: 'very-hidden-value' }, nonsense: 1 });
  const { output } = await run(['check', '--config', path]);
  assert.doesNotMatch(output, /very-hidden-value/);
});

scenario("Kubernetes' own HTTP_PORT gets an error that names the cause", async (stage) => {
  const { code, stderr } = await run(['check', '--config', file(stage, { ...good, http: {} })], {
    env: { HTTP_PORT: 'tcp://10.0.0.7:80' },
  });
  assert.equal(code, 78);
  assert.match(stderr, /HTTP_PORT/);
  assert.match(stderr, /[Kk]ubernetes/);
});

scenario('command line wins over environment, that over file; aliases work', async (stage) => {
  const [port, other] = [await freePort(), await freePort()];
  const env = { NODE_NAME: 'from-environment', HTTP_SERVER_PORT: String(port), UNRELATED_VARIABLE: 'x' };
  const low = await stage.node({ node: { name: 'from-file' } }, { env });
  const { node } = await low.status();
  assert.deepEqual([node.name, node.http_port], ['from-environment', port]);
  const args = ['--node.name', 'from-line', '--http.port', String(other)];
  const high = await stage.node({ node: { name: 'from-file' } }, { env, args });
  assert.deepEqual([(await high.status()).node.name, high.port], ['from-line', other]);
});

scenario('the configuration may come by a pipe, which is read once', async (stage) => {
  const pipe = file(stage, '', 'pipe');
  rmSync(pipe);
  execFileSync('mkfifo', [pipe]);
  const told = (config) => writeFile(pipe, JSON.stringify(config));
  const port = await freePort();
  const node = new Program(['start', '--config', pipe]);
  stage.defer(() => node.signal('SIGKILL'));
  await told({ ...good, http: { port, address: '127.0.0.1' }, node: { name: 'piped' } });
  const status = () => call({ port }, 'GET', '/status').catch(() => undefined);
  await until('the node is ready', async () => (await status())?.json().node.ready, 15000);
  assert.equal((await status()).json().node.name, 'piped');
  node.signal('SIGHUP');
  await until('the reload is refused', () => /reload-refused.*pipe: expected a file/.test(node.output));
  node.signal('SIGTERM');
  assert.equal((await node.exited).code, 0);
  const [checked] = await Promise.all([run(['check', '--config', pipe]), told({ http: { prot: 1 } })]);
  assert.equal(checked.code, 78);
  assert.ok(checked.stderr.includes(`${pipe}:1: http.prot: unknown key; did you mean http.port?`), checked.stderr);
});

scenario('a port in use is exit 1 and names address and port', async (stage) => {
  const node = await stage.node();
  const path = file(stage, { ...good, http: { address: '127.0.0.1', port: node.port } });
  const { code, output } = await run(['start', '--config', path]);
  assert.equal(code, 1, output);
  assert.ok(output.includes(`127.0.0.1:${node.port}`), output);
});

scenario('options prints every format', async () => {
  const rows = JSON.parse((await run(['options', '--format', 'json'])).stdout);
  const keys = rows.map((row) => row.key);
  for (const key of ['http.port', 'stream.heartbeat', 'drain.window', 'hosts.peers', 'relay.timeout'])
    assert.ok(keys.includes(key), key);
  for (const row of rows) {
    assert.deepEqual(Object.keys(row).sort(), [
      'aliases',
      'default',
      'env',
      'help',
      'key',
      'owner',
      'reload',
      'secret',
      'type',
    ]);
  }
  const port = rows.find((row) => row.key === 'http.port');
  assert.equal(port.env, 'HTTP_PORT');
  assert.ok(port.aliases.includes('http.server.port'));
  const schema = JSON.parse((await run(['options', '--format', 'schema'])).stdout);
  assert.ok(schema.properties.http.properties.port);
  assert.match((await run(['options', '--format', 'markdown'])).stdout, /\| *`http\.port`/);
  assert.match((await run(['options'])).stdout, /http\.port/);
});

scenario('plugins lists what can be loaded, and the options of one', async () => {
  const all = await run(['plugins']);
  assert.equal(all.code, 0);
  for (const name of ['hosts', 'relay', 'open']) assert.match(all.stdout, new RegExp(`\\b${name}\\b`));
  const one = await run(['plugins', 'relay']);
  assert.equal(one.code, 0);
  assert.match(one.stdout, /relay\.timeout/);
  assert.notEqual((await run(['plugins', 'nothing'])).code, 0);
});

scenario('publish sends one event, or one per line', async (stage) => {
  const node = await stage.node();
  const reader = await stage.subscribe(node, '/subscribe/c');
  const url = `http://127.0.0.1:${node.port}/publish/c`;
  const one = await run(['publish', url, '--event', 'tick', '--id', 'i1', '--retry', '1000', 'hello']);
  assert.equal(one.code, 0, one.output);
  const lines = await run(['publish', url, '-'], { input: 'first\nsecond\n' });
  assert.equal(lines.code, 0, lines.output);
  const event = await reader.next();
  assert.deepEqual([event.id, event.event, event.retry], ['i1', 'tick', '1000']);
  assert.match(event.data, /hello/);
  assert.match((await reader.next()).data, /first/);
  assert.match((await reader.next()).data, /second/);
});

scenario('publish fails with the reason when it cannot', async (stage) => {
  const node = await stage.node();
  const dead = await run(['publish', `http://127.0.0.1:${await freePort()}/publish/c`, 'x']);
  assert.notEqual(dead.code, 0);
  assert.match(dead.stderr, /127\.0\.0\.1/);
  const wrong = await run(['publish', `http://127.0.0.1:${node.port}/nothing`, 'x']);
  assert.notEqual(wrong.code, 0);
  assert.match(wrong.stderr, /404/);
});

scenario('subscribe prints events and reconnects where it was', async (stage) => {
  const node = await stage.node({ http: { port: await freePort() }, stream: { retry: '200ms' } });
  const id = await publish(node, '/publish/c', { data: 0 });
  await publish(node, '/publish/c', { data: 1 });
  const client = new Program([
    'subscribe',
    `http://127.0.0.1:${node.port}/channel/c/client/me`,
    '--json',
    '--last-event-id',
    id,
  ]);
  stage.defer(() => client.signal('SIGKILL'));
  const lines = () => client.stdout.split('\n').filter(Boolean);
  await until('the first event', () => lines().length === 1);
  await call(node, 'DELETE', '/channel/c/client/me');
  const last = await publish(node, '/publish/c', { event: 'tick', data: 'zwei "2"' });
  await until('the second event', () => lines().length === 2);
  const event = JSON.parse(lines()[1]);
  assert.equal(event.id, last);
  assert.equal(event.event, 'tick');
  assert.equal(event.data, '"zwei \\"2\\""');
  client.signal('SIGINT');
  await client.exited;
});
