// Plain requests, one connection each. Paths go out as they are written.
import http from 'node:http';
import https from 'node:https';
import assert from 'node:assert/strict';
import { patience } from './wait.mjs';

/** http or https, as `node` speaks it: with `ca`, the authority of its certificate, by TLS. */
export const clientOf = (node) => (node.ca ? https : http);

/** Where to connect to, and from, as options of a request. */
export const whereOf = ({ address: host = '127.0.0.1', port, ca, from }) => ({
  host,
  port,
  ...(ca && { ca, servername: 'localhost' }),
  ...(from && { localAddress: from }),
});

/** {status, headers, body, json()} of one request. */
export function call(node, method, path, { headers = {}, body, timeout = 8000 } = {}) {
  return new Promise((resolve, reject) => {
    const request = clientOf(node).request({
      ...whereOf(node),
      method,
      path,
      agent: false,
      headers: body === undefined ? headers : { 'content-length': Buffer.byteLength(body), ...headers },
    });
    request.setTimeout(timeout * patience, () => request.destroy(new Error(`${method} ${path}: no answer`)));
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode, headers: response.headers, body: text, json: () => JSON.parse(text) });
      });
    });
    request.end(body);
  });
}

export const json = { 'content-type': 'application/json' };
export const text = { 'content-type': 'text/plain' };
export const ndjson = { 'content-type': 'application/x-ndjson' };
export const stream = { accept: 'text/event-stream' };

/** Publishes a raw JSON body (or an object) and returns the event's identity. */
export async function publish(node, path, body, headers = {}) {
  const answer = await call(node, 'POST', path, {
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { ...json, ...headers },
  });
  assert.equal(answer.status, 200, `${path}: ${answer.body}`);
  return answer.json().id;
}

/** Publishes `values` one after the other as data; their identities. */
export async function publishAll(node, path, values) {
  const ids = [];
  for (const data of values) ids.push(await publish(node, path, { data }));
  return ids;
}

/** Asserts a problem+json answer of `status`. */
export function assertProblem(answer, status) {
  assert.equal(answer.status, status, answer.body);
  assert.match(answer.headers['content-type'] ?? '', /^application\/problem\+json/);
  const problem = JSON.parse(answer.body);
  assert.equal(problem.status, status);
  assert.equal(typeof problem.title, 'string');
  assert.ok(problem.detail.length > 0, 'detail says what is wrong');
  return problem;
}

export const identity = /^\d+-[0-9a-v]{8}$/;
export const position = /^\d+-[0-9a-v]{8}(~\d+-[0-9a-v]{8})?$/;
