// What alerts and dashboard are held against: promtool, and the metrics of a real node with every plugin.
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { call } from '../e2e/support/http.mjs';
import { JwksServer, Signer } from '../e2e/support/jwks.mjs';
import { freePort } from '../e2e/support/node.mjs';
import { TokenFile, newToken } from '../e2e/support/tokens.mjs';
import { until } from '../e2e/support/wait.mjs';
import { WebhookServer } from '../e2e/support/webhook.mjs';
import { YAML, file, withFolder } from './chart.mjs';

export const groups = YAML.parse(file('files/alerts.yaml')).groups;
export const rules = groups.flatMap((group) => group.rules);

/** Runs promtool on `files` by name, in a folder of their own; its output, or an error that holds it. */
export function promtool(args, files) {
  return withFolder((folder) => {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const { status, stdout, stderr, error } = spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw error ?? new Error(`promtool ${args.join(' ')}:\n${stdout}${stderr}`);
    return stdout + stderr;
  });
}

/** Names of metrics in an expression, as they stand there. */
export const namesIn = (expression) => [...expression.matchAll(/\b(?:sse|process)_[a-z0-9_]+/g)].map(([name]) => name);

/** Labels by which an expression picks or groups series of ours, as [name, value of =, if any]. */
const labelsOf = (line) => [...line.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]);

/** Metrics by name with the labels seen, as name to set of values; `text` is what /metrics says. */
export function metricsIn(text) {
  const found = new Map();
  for (const line of text.split('\n').filter((one) => one && !one.startsWith('#'))) {
    const name = line.match(/^\w+/)[0];
    if (!found.has(name)) found.set(name, new Map());
    for (const [label, value] of labelsOf(line)) {
      const values = found.get(name);
      values.set(label, (values.get(label) ?? new Set()).add(value));
    }
  }
  return found;
}

/** What of `expression` a node does not tell, given its metrics: names, and labels that are picked by value. */
export function unknownIn(expression, metrics) {
  const problems = namesIn(expression).filter((name) => !metrics.has(name));
  for (const [, name, picked] of expression.matchAll(/\b((?:sse|process)_[a-z0-9_]+)\{([^}]*)\}/g)) {
    for (const [label, value] of labelsOf(picked)) {
      if (value.startsWith('$')) continue;
      if (!metrics.get(name)?.get(label)?.has(value)) problems.push(`${name}{${label}="${value}"}`);
    }
  }
  return problems;
}

/**
 * Nodes with every plugin of this build, linked and ready: [{node, admin, gossip}]; `admin` is asked for metrics.
 * `more` makes further configuration of the files of a certificate.
 */
export async function fullNodes(stage, count, more = () => ({})) {
  const jwks = await JwksServer.start(stage);
  const { ca, certificate, key } = jwks.files;
  jwks.keys = [(await Signer.make('ES256', 'k')).jwk];
  const keys = new TokenFile(stage, await newToken({ publish: '*' }));
  const hook = await WebhookServer.start(stage);
  const nobody = await freePort();
  const full = [];
  for (let i = 0; i < count; i += 1) {
    const [admin, port] = [await freePort(), await freePort()];
    const hosts = full.map((one) => local(one.gossip));
    const node = stage.prepare({
      node: { name: `n${i + 1}` },
      admin: { port: admin },
      auth: ['token', 'jwt', 'webhook', 'open'],
      token: { file: keys.path },
      jwt: { jwks: jwks.url, ca_file: ca },
      webhook: { url: hook.url, anonymous: false },
      ...more({ certificate, key }),
      discovery: ['gossip', 'hosts', 'dns'],
      gossip: { bind: '127.0.0.1', advertise: '127.0.0.1', port, hosts },
      dns: { name: 'nobody.invalid', server: local(nobody) },
    });
    full.push({ node, gossip: port, admin: { address: '127.0.0.1', port: admin } });
    await startBehind(node, full[i].admin);
  }
  for (const { admin } of full) {
    await until('it is linked', async () => (await linksOf(admin)) === 2 * (count - 1), 15000);
  }
  return full;
}

const local = (port) => `127.0.0.1:${port}`;
const pageOf = async (admin, path) => (await call(admin, 'GET', path)).body;
const linksOf = async (admin) => Number((await pageOf(admin, '/metrics')).match(/^sse_relay_links (\d+)$/m)[1]);

/** Starts `node`, whose own port asks for credentials, until its admin port says that it is ready. */
async function startBehind(node, admin) {
  node.spawn();
  const ready = () => call(admin, 'GET', '/readyz').then(({ status }) => status === 200, () => node.failIfEnded());
  await until('the node is ready', ready, 15000);
  await until('the node names its port', () => node.findPort());
}

/** All that a node may tell; each plugin was made to count what it counts only when it happens. */
export async function realMetrics(stage) {
  const tls = ({ certificate, key }) => ({ tls: { certificate: [certificate], key: [key] } });
  const [{ admin, gossip }] = await fullNodes(stage, 1, tls);
  const socket = createSocket('udp4');
  stage.defer(() => socket.close());
  return until('the node has counted all', async () => {
    socket.send('no gossip', gossip, '127.0.0.1');
    const metrics = metricsIn(await pageOf(admin, '/metrics'));
    return metrics.has('sse_gossip_packets_dropped_total') && metrics;
  });
}
