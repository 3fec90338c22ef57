// What a person reads: the notes after an install, the README, the schema.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import YAML from 'yaml';
import { binary, root } from '../e2e/support/process.mjs';
import { scenario } from '../e2e/support/stage.mjs';
import { until } from '../e2e/support/wait.mjs';
import { file, folder, helm, nodeOf, only, render, values, withFolder } from './chart.mjs';

/** The notes of `helm install`; as `helm template` leaves them out, a copy of the chart has them in a template. */
function notes(given = {}) {
  return withFolder((place) => {
    cpSync(folder, place, { recursive: true });
    renameSync(join(place, 'templates/NOTES.txt'), join(place, 'templates/_notes.tpl'));
    const carrier = 'notes: {{ include (print $.Template.BasePath "/_notes.tpl") . | quote }}';
    writeFileSync(join(place, 'templates/carrier.yaml'), carrier);
    const args = ['template', 'my', place, '--namespace', 'ns', '--show-only', 'templates/carrier.yaml', '-f', '-'];
    return YAML.parse(execFileSync(helm, args, { encoding: 'utf8', input: JSON.stringify(given) })).notes;
  });
}

const commands = (text) => [...text.matchAll(/^ {2}(\S.*)$/gm)].map((found) => found[1]);

for (const given of [{}, { service: { port: 8000 }, config: { admin: { port: 9999 } } }]) {
  test(`kubectl lines of the notes name what there is: ${JSON.stringify(given)}`, async () => {
    const objects = render(given);
    const lines = commands(await notes(given)).filter((line) => line.startsWith('kubectl'));
    assert.equal(lines.length, 3);
    for (const line of lines) {
      assert.match(line, /--namespace ns$/);
      const [, kind, name, port] = line.match(/(statefulset|service)\/(\S+)(?: \d+:(\d+))?/);
      const found = only(objects, { statefulset: 'StatefulSet', service: 'Service' }[kind], name);
      if (port) assert.ok(found.spec.ports.some((one) => one.port === Number(port)), line);
    }
  });
}

scenario('the curl lines of the notes work on a node', async (stage) => {
  const node = await stage.node();
  const run = (line) => {
    const told = line.replace(/127\.0\.0\.1:808[01]/, `127.0.0.1:${node.port}`);
    return spawnSync('bash', ['-c', told], { encoding: 'utf8', timeout: 20000 });
  };
  const [subscribe, publish, status] = commands(await notes()).filter((line) => line.startsWith('curl'));
  assert.match(subscribe, /^curl -N .*\/subscribe\/news$/);
  const reader = await stage.subscribe(node, '/subscribe/news');
  const published = run(publish);
  assert.equal(published.status, 0, published.stderr);
  assert.equal((await reader.next()).data, '"hello"');
  const stream = run(subscribe.replace('curl', 'curl --silent --max-time 1'));
  assert.equal(stream.status, 28, 'the stream goes on until the time is up');
  assert.match(stream.stdout, /^retry:/m);
  assert.equal(JSON.parse(run(status).stdout).node.ready, true);
});

scenario('what the pod of `helm test` runs works on a node', async (stage) => {
  const node = await stage.node();
  const [container] = only(render({}), 'Pod').spec.containers;
  const { image } = nodeOf(render({}));
  assert.equal(container.image, image, 'no other image is needed');
  const args = container.args.map((one) => one.replace('http://my-sse-cluster:80', `http://127.0.0.1:${node.port}`));
  assert.ok(args.some((one) => one.includes(String(node.port))), container.args.join(' '));
  const { status, stdout, stderr } = spawnSync(binary, args, { encoding: 'utf8', timeout: 60000 });
  assert.equal(status, 0, stdout + stderr);
  await until('the stream is gone', async () => (await node.status()).totals.subscribers === 0, 15000);
});

test('the notes warn of what is open, and do not where it is not', async () => {
  assert.match(await notes(), /config\.auth is open/);
  assert.match(await notes(), /without secret\.clusterSecret/);
  const secret = { clusterSecret: 's', tokens: [{ name: 'a', hash: 'h' }] };
  const closed = await notes({ secret, config: { auth: 'token' } });
  assert.doesNotMatch(closed, /NOTE/);
  assert.match(closed, /Bearer \$TOKEN/);
});

test('schema, table of values and list of reloads are what scripts/chart.mjs makes', () => {
  const { status, stderr } = spawnSync('node', [join(root, 'scripts/chart.mjs'), '--check'], {
    encoding: 'utf8',
    env: { ...process.env, SSE_BINARY: binary },
  });
  assert.equal(status, 0, stderr);
});

test('every value has a comment, and so a row in README.md', () => {
  const missing = [];
  const visit = (schema, path) => {
    if (path === 'config' || path === 'global' || schema.description) return;
    const children = Object.entries(schema.properties ?? {});
    if (children.length === 0) missing.push(path);
    for (const [key, child] of children) visit(child, path ? `${path}.${key}` : key);
  };
  visit(JSON.parse(file('values.schema.json')), '');
  const inComment = (path) => /^(startup|liveness|readiness)Probe\./.test(path);
  assert.deepEqual(missing.filter((path) => !inComment(path)), []);
  assert.ok(Object.keys(values).length > 40);
});

test('the chart has the version of the program', () => {
  const project = readFileSync(join(root, 'CMakeLists.txt'), 'utf8').match(/VERSION (\d+\.\d+\.\d+)/)[1];
  const { version, appVersion } = YAML.parse(file('Chart.yaml'));
  assert.deepEqual([version, appVersion], [project, project]);
});
