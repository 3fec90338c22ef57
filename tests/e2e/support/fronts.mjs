// Real nginx and haproxy in front of a recorder that notes what they took for a request.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from './node.mjs';
import { until } from './wait.mjs';

const find = (name) => [name, `/usr/sbin/${name}`].find((path) => !spawnSync(path, ['-v']).error);
const programs = { nginx: find('nginx'), haproxy: find('haproxy') };

/** Why tests with them cannot run, or false. */
export const missing =
  Object.values(programs).every(Boolean) ? false : 'nginx or haproxy is not installed (nginx-light, haproxy)';

const nginx = (folder, port, behind) => `
daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/log crit;
${userInfo().uid === 0 ? 'user root;' : ''}
events { worker_connections 1024; }
http {
  access_log off; client_header_timeout 1s; client_body_timeout 1s; lingering_timeout 1s; keepalive_timeout 1s;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((one) => `${one}_temp_path ${folder}/${one};`).join(' ')}
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://127.0.0.1:${behind}; proxy_http_version 1.1;
      proxy_set_header Connection ""; proxy_set_header Host h; proxy_set_header X-Port $remote_port;
    }
  }
}
`;

const haproxy = (folder, port, behind) => `
defaults
  mode http
  timeout client 1s
  timeout http-request 1s
  timeout connect 10s
  timeout server 10s
  option httpclose
frontend front
  bind 127.0.0.1:${port}
  http-request set-header X-Port %[src_port]
  default_backend recorder
backend recorder
  server one 127.0.0.1:${behind}
`;

const listens = (port) =>
  new Promise((done) => {
    const socket = net.connect(port, '127.0.0.1', () => (socket.destroy(), done(true)));
    socket.on('error', () => done(false));
  });

/** Keeps requests by the port of the client that sent them. */
class Recorder {
  #clients = new Map();

  async listen() {
    this.server = http.createServer({ insecureHTTPParser: true, maxHeaderSize: 1 << 18 }, (request, response) => {
      const seen = { method: request.method, target: request.url, body: '' };
      request.setEncoding('latin1').on('data', (text) => (seen.body += text));
      request.on('error', () => {});
      request.on('end', () => {
        this.#clients.get(Number(request.headers['x-port']))?.push(seen);
        response.setHeader('x-recorder', '1').end('ok');
      });
    });
    this.server.on('clientError', (_, socket) => socket.destroy());
    this.server.on('connect', (_, socket) => socket.destroy());
    this.server.on('upgrade', (_, socket) => socket.destroy());
    await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
  }

  /** The requests of the client at `port` from now on; in order. */
  of(port) {
    const list = [];
    this.#clients.set(port, list);
    return list;
  }
}

/** A proxy named `nginx` or `haproxy` that runs and ends with the test: {port, requestsOf(clientPort)}. */
export async function front(stage, name) {
  const recorder = new Recorder();
  await recorder.listen();
  stage.defer(() => {
    recorder.server.closeAllConnections();
    recorder.server.close();
  });
  const folder = mkdtempSync(join(tmpdir(), 'sse-front-'));
  stage.defer(() => rmSync(folder, { recursive: true, force: true }));
  const port = await freePort();
  const file = join(folder, 'config');
  writeFileSync(file, (name === 'nginx' ? nginx : haproxy)(folder, port, recorder.server.address().port));
  const args = name === 'nginx' ? ['-p', folder, '-e', join(folder, 'log'), '-c', file] : ['-db', '-f', file];
  const child = spawn(programs[name], args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const exited = new Promise((done) => child.on('close', done));
  stage.defer(() => (child.kill('SIGTERM'), exited));
  await until(`${name} listens`, async () => {
    if (child.exitCode !== null) throw new Error(`${name} ended: ${output}`);
    return listens(port);
  });
  return { port, requestsOf: (client) => recorder.of(client) };
}
