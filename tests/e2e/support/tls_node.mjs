// A node whose HTTP port speaks TLS, with a certificate made for the test.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call } from './http.mjs';
import { freePort } from './node.mjs';
import { until } from './wait.mjs';

/** {node, certificate, metric(name)}: metrics are asked for on admin.port, which speaks plainly. */
export async function tlsNode(stage, config = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'sse-tls-'));
  stage.defer(() => rmSync(folder, { recursive: true, force: true }));
  const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const make = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync('openssl', [...make, ...subject, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  const port = await freePort();
  const node = stage.prepare({ ...config, tls: { certificate: [certificate], key: [key] }, admin: { port } });
  node.spawn();
  await until('the node names its port', () => node.findPort() || node.failIfEnded(), 15000);
  const admin = { address: '127.0.0.1', port };
  const ready = async () => (await call(admin, 'GET', '/readyz')).status === 200;
  await until('the node is ready', () => ready().catch(() => node.failIfEnded()), 15000);
  const metric = async (name) => {
    const { body } = await call(admin, 'GET', '/metrics');
    const rows = body.split('\n').filter((line) => line.startsWith(`${name} `));
    return rows.reduce((sum, row) => sum + Number(row.slice(row.lastIndexOf(' ') + 1)), 0);
  };
  return { node, certificate, metric };
}
