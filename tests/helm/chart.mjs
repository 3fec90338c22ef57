// The chart rendered by a real Helm.
import { execFileSync, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import YAML from 'yaml';
import { plugins, root, run } from '../e2e/support/process.mjs';

export { YAML };
export const folder = join(root, 'helm/sse-cluster');
export const helm = process.env.SSE_HELM ?? execFileSync(join(root, 'scripts/find-helm'), { encoding: 'utf8' }).trim();
export const file = (name) => readFileSync(join(folder, name), 'utf8');
export const values = YAML.parse(file('values.yaml'));

/** The ready-made value files of ci/ by name, as paths. */
export const ready = readdirSync(join(folder, 'ci'))
  .filter((name) => name.endsWith('-values.yaml'))
  .map((name) => join(folder, 'ci', name));

/** Runs `use` with a folder that is gone afterwards. */
export async function withFolder(use) {
  const made = mkdtempSync(join(tmpdir(), 'sse-helm-'));
  try {
    return await use(made);
  } finally {
    rmSync(made, { recursive: true });
  }
}

/** The Kubernetes that is rendered for, unless a test says another. */
export const kubernetes = ['--kube-version', '1.31.0'];

/** Runs Helm; `given` are values, as an object or as the path of a file. */
export function helmWith(args, given = {}) {
  const path = typeof given === 'string' ? given : '-';
  const input = typeof given === 'string' ? undefined : JSON.stringify(given);
  const { status, stdout, stderr } = spawnSync(helm, [...args, '-f', path], {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return { status, stdout, stderr };
}

const templated = (given, more) =>
  helmWith(['template', 'my', folder, '--namespace', 'ns', ...kubernetes, ...more], given);

/** The objects that the chart makes of `given`. */
export function render(given, ...more) {
  const { status, stdout, stderr } = templated(given, more);
  if (status !== 0) throw new Error(stderr);
  return YAML.parseAllDocuments(stdout)
    .map((document) => {
      if (document.errors.length > 0) throw document.errors[0];
      return document.toJS();
    })
    .filter((object) => object !== null);
}

/** What Helm says of values that it refuses. */
export function refusal(given, ...more) {
  const { status, stderr } = templated(given, more);
  if (status === 0) throw new Error(`these values were taken: ${JSON.stringify(given)}`);
  return stderr;
}

export const only = (objects, kind, name) => {
  const found = objects.filter((one) => one.kind === kind && (name === undefined || one.metadata.name === name));
  if (found.length !== 1) throw new Error(`expected one ${kind} ${name ?? ''}, got ${found.length}`);
  return found[0];
};

export const podOf = (objects) => only(objects, 'StatefulSet').spec.template;
export const nodeOf = (objects) => podOf(objects).spec.containers.find((one) => one.name === 'sse-cluster');
export const configOf = (objects) => JSON.parse(only(objects, 'ConfigMap', 'my-sse-cluster').data['config.json']);

const examples = {
  'gossip-key': () => '0123456789abcdef',
  'cluster-secret': () => 'example',
  'tokens.json': () => JSON.stringify({ tokens: [] }),
  'jwt-secret': () => 'x'.repeat(64),
  'jwt.pem': () =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' }),
};

/** What is in the folder of secrets of a pod: the chart's own, or examples for those of another Secret. */
function secretFiles(objects) {
  const volume = podOf(objects).spec.volumes.find((one) => one.name === 'secrets');
  const own = objects.find((one) => one.kind === 'Secret' && one.metadata.name === volume?.secret.secretName);
  return (volume?.secret.items ?? []).map(({ key, path }) => [
    `secrets/${path}`,
    own ? Buffer.from(own.data[key], 'base64') : examples[key](),
  ]);
}

/** What cert-manager would put into a Secret. */
function makeCertificate(place) {
  const [key, certificate] = [join(place, 'tls.key'), join(place, 'tls.crt')];
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', certificate];
  const about = ['-days', '2', '-subj', '/CN=my-sse-cluster', '-addext', 'subjectAltName=DNS:my-sse-cluster'];
  execFileSync('openssl', ['req', '-x509', ...made, ...about], { stdio: 'pipe' });
  copyFileSync(certificate, join(place, 'ca.crt'));
}

/** `sse-cluster check` of the rendered configuration file and variables, with mounts in a folder of this machine. */
export async function checkConfig(objects) {
  return withFolder(async (place) => {
    for (const kind of ['secrets', 'tls']) mkdirSync(join(place, kind));
    for (const [name, content] of secretFiles(objects)) writeFileSync(join(place, name), content);
    if (podOf(objects).spec.volumes.some((one) => one.name === 'tls')) makeCertificate(join(place, 'tls'));
    const text = JSON.stringify(configOf(objects), null, 2)
      .replaceAll('/etc/sse-cluster', place)
      .replaceAll('/usr/local/lib/sse-cluster/plugins', plugins);
    writeFileSync(join(place, 'config.json'), text);
    const told = nodeOf(objects).env.filter((one) => one.value !== undefined);
    const env = Object.fromEntries(told.map(({ name, value }) => [name, value]));
    return run(['check', '--config', join(place, 'config.json')], { env });
  });
}
