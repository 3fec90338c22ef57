// Real nginx and haproxy: with a configuration that is given, or in front of a recorder that notes what they took for a
// request.
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

/** What an nginx of a test has besides: `main` and `http` are the insides of its file. */
export const nginxWith = (folder, main, http) => `
daemon off; pid ${folder}/pid; error_log ${folder}/log crit;
${userInfo().uid === 0 ? 'user root;' : ''}
${main}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((one) => `${one}_temp_path ${folder}/${one};`).join(' ')}
  ${http}
}
`;

const nginx = (folder, port, behind) =>
  nginxWith(
    folder,
    'worker_processes 1; events { worker_connections 1024; }',
    `
  client_header_timeout 1s; client_body_timeout 1s; lingering_timeout 1s; keepalive_timeout 1s;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://127.0.0.1:${behind}; proxy_http_version 1.1;
      proxy_set_header Connection ""; proxy_set_header Host h; proxy_set_header X-Port $remote_port;
    }
  }
`,
  );

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

/** A proxy, `nginx` or `haproxy`, that runs with a configuration file until the end of the test. */
export class Front {
  /** `configOf(folder, port)` is the text of its file; it is to listen on 127.0.0.1:port. */
  static async start(stage, name, configOf) {
    const front = new Front();
    const folder = mkdtempSync(join(tmpdir(), 'sse-front-'));
    stage.defer(() => rmSync(folder, { recursive: true, force: true }));
    Object.assign(front, { name, folder, port: await freePort() });
    writeFileSync(join(folder, 'config'), await configOf(folder, front.port));
    stage.defer(() => front.stop());
    await front.run();
    return front;
  }

  async run() {
    const [file, log] = [join(this.folder, 'config'), join(this.folder, 'log')];
    const args = this.name === 'nginx' ? ['-p', this.folder, '-e', log, '-c', file] : ['-W', '-db', '-f', file];
    this.child = spawn(programs[this.name], args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.output = '';
    for (const stream of [this.child.stdout, this.child.stderr]) stream.on('data', (text) => (this.output += text));
    this.exited = new Promise((done) => this.child.on('close', done));
    await until(`${this.name} listens`, async () => {
      if (this.child.exitCode !== null) throw new Error(`${this.name} ended: ${this.output}`);
      return listens(this.port);
    });
  }

  /** Takes a new process for new connections; old ones stay where they are. */
  reload() {
    this.child.kill(this.name === 'nginx' ? 'SIGHUP' : 'SIGUSR2');
  }

  /** Ends it and every connection. */
  stop() {
    this.child?.kill('SIGTERM');
    return this.exited;
  }
}

/** A proxy in front of a recorder: {port, requestsOf(clientPort)}. */
export async function front(stage, name) {
  const recorder = new Recorder();
  await recorder.listen();
  stage.defer(() => {
    recorder.server.closeAllConnections();
    recorder.server.close();
  });
  const behind = recorder.server.address().port;
  const text = name === 'nginx' ? nginx : haproxy;
  const { port } = await Front.start(stage, name, (folder, own) => text(folder, own, behind));
  return { port, requestsOf: (client) => recorder.of(client) };
}
