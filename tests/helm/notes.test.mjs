// What a person reads: the notes after an install, the README, the schema.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import YAML from 'yaml';
import { Authority } from '../e2e/support/certificates.mjs';
import { freePort } from '../e2e/support/node.mjs';
import { binary, root } from '../e2e/support/process.mjs';
import { scenario } from '../e2e/support/stage.mjs';
import { newToken, TokenFile } from '../e2e/support/tokens.mjs';
import { until } from '../e2e/support/wait.mjs';
import { file, folder, helm, kubernetes, nodeOf, only, podOf, render, values, withFolder } from './chart.mjs';

/** The notes of `helm install`; as `helm template` leaves them out, a copy of the chart has them in a template. */
function notes(given = {}) {
  return withFolder((place) => {
    cpSync(folder, place, { recursive: true });
    renameSync(join(place, 'templates/NOTES.txt'), join(place, 'templates/_notes.tpl'));
    const carrier = 'notes: {{ include (print $.Template.BasePath "/_notes.tpl") . | quote }}';
    writeFileSync(join(place, 'templates/carrier.yaml'), carrier);
    const shown = ['--show-only', 'templates/carrier.yaml'];
    const args = ['template', 'my', place, '--namespace', 'ns', ...kubernetes, ...shown, '-f', '-'];
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

const tls = { enabled: true, existingSecret: 'certificate' };

/** A node by the certificate that the chart's Secret would have, and the folder that its ca.crt is in. */
async function secured(stage, config = {}) {
  const authority = new Authority(stage);
  const { certificate, key } = authority.issue('DNS:my-sse-cluster.ns.svc');
  copyFileSync(authority.file, join(authority.folder, 'ca.crt'));
  const files = { certificate: [certificate], key: [key] };
  const node = stage.prepare({ http: { port: await freePort() }, tls: files, ...config });
  node.tls = { rejectUnauthorized: false };
  return { node: await node.start(), folder: authority.folder };
}

scenario('what the pod of `helm test` runs works on a node by TLS, with a token', async (stage) => {
  const key = await newToken({ name: 'test', publish: 'sse-cluster-test', subscribe: 'sse-cluster-test' });
  const file = new TokenFile(stage, key);
  const { node, folder } = await secured(stage, { auth: ['token'], token: { file: file.path } });
  const pod = only(render({ tls, test: { tokenSecret: { name: 's', key: 'k' } } }), 'Pod').spec;
  const [container] = pod.containers;
  const [mount] = container.volumeMounts;
  assert.deepEqual(pod.volumes.map((one) => one.name), [mount.name]);
  assert.deepEqual(pod.volumes[0].secret.items, [{ key: 'ca.crt', path: 'ca.crt' }], 'and not the key');
  const args = container.args.map((one) =>
    one.replace('https://my-sse-cluster:80', `https://localhost:${node.port}`).replace(mount.mountPath, folder),
  );
  assert.doesNotMatch(args.join(' '), /token/i, 'ps shows arguments');
  const [variable] = container.env;
  assert.deepEqual(variable.valueFrom.secretKeyRef, { name: 's', key: 'k' });
  const run = (env) => spawnSync(binary, args, { encoding: 'utf8', timeout: 60000, env });
  const { status, stdout, stderr } = run({ [variable.name]: key.token });
  assert.equal(status, 0, stdout + stderr);
  const without = run({});
  assert.equal(without.status, 1);
  assert.match(without.stderr, /401/);
});

test('the pod of `helm test` has the volume that the authorities are in, and no other', () => {
  const extra = {
    extraVolumes: [{ name: 'cas', configMap: { name: 'cas' } }, { name: 'scratch', emptyDir: {} }],
    extraVolumeMounts: [
      { name: 'cas', mountPath: '/etc/cas' },
      { name: 'scratch', mountPath: '/etc/ca' },
    ],
  };
  const pod = (caFile) => only(render({ tls: { ...tls, caFile, serverName: 'a.b' }, ...extra }), 'Pod').spec;
  const own = pod('/etc/cas/ca.pem');
  assert.deepEqual(own.volumes, [extra.extraVolumes[0]]);
  assert.deepEqual(own.containers[0].volumeMounts, [extra.extraVolumeMounts[0]]);
  assert.deepEqual(own.containers[0].args.slice(-4), ['--ca-file', '/etc/cas/ca.pem', '--server-name', 'a.b']);
  assert.equal(pod('/etc/ssl/certs/ca-certificates.crt').volumes ?? undefined, undefined);
  assert.equal(only(render({}), 'Pod').spec.volumes, undefined);
});

scenario('the curl lines of the notes work on a node by TLS, and check its certificate', async (stage) => {
  const { node, folder } = await secured(stage);
  const text = await notes({ tls });
  const fetch = `kubectl get secret certificate --output 'go-template={{index .data "ca.crt" | base64decode}}'`;
  assert.ok(text.includes(`${fetch} --namespace ns > ca.crt\n`), text);
  assert.match(text, /^ {2}helm test my --namespace ns$/m);
  const [, publish] = commands(text).filter((line) => line.startsWith('curl'));
  const here = (line) => ['-c', line.replaceAll(':8080', `:${node.port}`)];
  const run = (line) => spawnSync('bash', here(line), { encoding: 'utf8', cwd: folder, timeout: 20000 });
  const reader = await stage.subscribe(node, '/subscribe/news');
  const published = run(publish);
  assert.equal(published.status, 0, published.stderr);
  assert.equal((await reader.next()).data, '"hello"');
  assert.equal(run(publish.replace('--cacert ca.crt', '')).status, 60, 'a certificate of nobody known is refused');
  assert.doesNotMatch(await notes({ tls: { ...tls, caFile: '/c' } }), /cacert|ca\.crt| -k /);
});

test('the notes warn of what is open, and do not where it is not', async () => {
  assert.match(await notes(), /config\.auth is open/);
  assert.match(await notes(), /without secret\.clusterSecret/);
  const secret = { clusterSecret: 's', tokens: [{ name: 'a', hash: `sha256:${'0'.repeat(64)}` }] };
  const closed = await notes({ secret, config: { auth: 'token' } });
  assert.doesNotMatch(closed, /NOTE/);
  assert.match(closed, /Bearer \$TOKEN/);
});

test('the notes warn of no node that has to prove itself', async () => {
  const webhook = { auth: 'webhook', webhook: { url: 'https://a.b/' } };
  assert.doesNotMatch(await notes({ replicaCount: 1, config: webhook }), /NOTE/);
  const relay = { client_certificate: '/c', client_key: '/k', client_names: ['DNS:a'] };
  assert.doesNotMatch(await notes({ tls, config: { tls: { client_ca: ['/c'] }, relay } }), /clusterSecret/);
});

test('there is a pod for `helm test`, and a line about it, where it can work', async () => {
  const config = { auth: 'webhook', webhook: { url: 'https://a.b/' } };
  const secret = { clusterSecret: 's' };
  const given = (more) => ({ config, secret, ...more });
  const has = async (values) => {
    const pod = render(values).some((one) => one.kind === 'Pod');
    assert.equal((await notes(values)).includes('helm test my'), pod);
    return pod;
  };
  assert.equal(await has(given()), false);
  assert.equal(await has(given({ test: { tokenSecret: { name: 's', key: 'k' } } })), true);
  assert.equal(await has(given({ config: { ...config, auth: 'webhook,open' } })), true);
  assert.equal(await has({ test: { enabled: false } }), false);
});

test('the notes name addresses that are routed', async () => {
  const outside = async (...paths) => {
    const hosts = [{ host: 'a.b', paths: paths.map((one) => (typeof one === 'string' ? { path: one } : one)) }];
    const text = await notes({ secret: { clusterSecret: 's' }, ingress: { enabled: true, hosts } });
    return text.match(/^From outside.*$/gm);
  };
  assert.deepEqual(await outside('/'), ['From outside: http://a.b/subscribe/news']);
  assert.deepEqual(await outside('/publish', '/subscribe'), ['From outside: http://a.b/subscribe/news']);
  for (const path of ['/sse', '/sse/', { path: '/sse(/|$)(.*)', pathType: 'ImplementationSpecific' }]) {
    const [line] = await outside(path);
    assert.equal(line, 'From outside, if the controller takes /sse away: http://a.b/sse/subscribe/news');
  }
  assert.equal(await outside('/publish', { path: '/', pathType: 'Exact' }), null);
});

test('pods that are replaced by hand are waited for by themselves', async () => {
  const text = await notes({ updateStrategy: { type: 'OnDelete' } });
  assert.doesNotMatch(text, /rollout status/);
  const [, selector] = text.match(/^ {2}kubectl wait pod .*--selector (\S+) --namespace ns$/m);
  const { labels } = podOf(render({})).metadata;
  for (const [name, value] of selector.split(',').map((one) => one.split('='))) assert.equal(labels[name], value);
});

test('schema, table of values and lists of options are what scripts/chart.mjs makes', () => {
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
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const told = readme.match(/^docker build -t (\S+):(\S+) \. && docker push (\S+)$/m);
  assert.equal(told[2], appVersion, 'README.md makes the tag that the chart pulls');
  assert.equal(told[3], `${told[1]}:${told[2]}`);
});

test('the steps by which README.md changes the key of gossip are taken without a roll', () => {
  const [OLD, NEW] = ['0123456789abcdef', 'fedcba9876543210'];
  const section = file('README.md').split('## Changing the key of gossip')[1].split('\n## ')[0];
  const steps = [...section.matchAll(/\| `([A-Z,]+)` \|/g)].map(([, step]) => step);
  assert.deepEqual(steps, ['OLD,NEW', 'NEW,OLD', 'NEW']);
  const pod = (gossipKey) => podOf(render({ secret: { gossipKey } }));
  for (const step of steps) assert.deepEqual(pod(step.replace('OLD', OLD).replace('NEW', NEW)), pod(OLD), step);
});
