// A real HTTP or HTTPS endpoint for auth/webhook, which keeps what it was asked and says what the test wants.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';

export class WebhookServer {
  /** {url, headers, ...the document} of each question. */
  asked = [];
  connections = 0;
  /** What is said to a question: [status, body, headers]; nothing: no answer at all. */
  answer = () => [200, { allow: true }];

  /** One that listens and ends with the test; by TLS with `files` ({certificate, key}). */
  static async start(stage, files) {
    const server = new WebhookServer();
    server.files = files;
    await server.up();
    stage.defer(() => server.down());
    return server;
  }

  get url() {
    return `${this.files ? 'https' : 'http'}://127.0.0.1:${this.port}/auth?key=of-the-url`;
  }

  /** Listens, again on the port it had before. */
  up() {
    const listener = (request, response) => this.#take(request, response);
    this.server = this.files
      ? https.createServer({ cert: readFileSync(this.files.certificate), key: readFileSync(this.files.key) }, listener)
      : http.createServer(listener);
    this.server.on('connection', () => (this.connections += 1));
    return new Promise((done) =>
      this.server.listen(this.port ?? 0, '127.0.0.1', () => done((this.port = this.server.address().port))),
    );
  }

  async #take(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const question = JSON.parse(Buffer.concat(chunks));
    this.asked.push({ url: request.url, lines: request.headers, ...question });
    const said = await this.answer(question);
    if (!said) return;
    const [status, body, headers] = said;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }

  down() {
    this.server.closeAllConnections();
    return new Promise((done) => this.server.close(done));
  }
}
