// What alerts and dashboard are held against: promtool, and the metrics of a real node with every plugin.
import { execFileSync, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../e2e/support/node.mjs';
import { call } from '../e2e/support/http.mjs';
import { TokenFile, newToken } from '../e2e/support/tokens.mjs';
import { until } from '../e2e/support/wait.mjs';
import { YAML, file, withFolder } from './chart.mjs';

export const groups = YAML.parse(file('files/alerts.yaml')).groups;
export const rules = groups.flatMap((group) => group.rules);
export const dashboard = () => JSON.parse(file('files/dashboard.json'));

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

/** A node with every plugin of this build, that answers on its admin port: {node, admin}. */
export async function fullNode(stage) {
  const [admin, gossip, nobody] = [await freePort(), await freePort(), await freePort()];
  const node = stage.prepare({
    admin: { port: admin },
    auth: ['token', 'jwt', 'open'],
    token: { file: new TokenFile(stage, await newToken({ publish: '*' })).path },
    jwt: { jwks: `http://127.0.0.1:${nobody}/keys` },
    discovery: ['gossip', 'hosts', 'dns'],
    gossip: { bind: '127.0.0.1', advertise: '127.0.0.1', port: gossip },
    dns: { name: 'nobody.invalid', server: `127.0.0.1:${nobody}` },
  });
  node.spawn();
  const port = { address: '127.0.0.1', port: admin };
  const alive = () => call(port, 'GET', '/livez').then(() => true, () => node.failIfEnded());
  await until('the node answers', alive, 15000);
  return { node, admin: port, gossip };
}

/** All that a node may tell, by name; each plugin was made to count what it counts only when it happens. */
export async function realMetrics(stage) {
  const { admin, gossip } = await fullNode(stage);
  const socket = createSocket('udp4');
  stage.defer(() => socket.close());
  return until('the node has counted all', async () => {
    socket.send('no gossip', gossip, '127.0.0.1');
    const metrics = metricsIn((await call(admin, 'GET', '/metrics')).body);
    return metrics.has('sse_gossip_packets_dropped_total') && metrics;
  });
}

export const hasPrometheus = (() => {
  try {
    execFileSync('prometheus', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
