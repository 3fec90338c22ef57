// Plain requests, one connection each. Paths go out as they are written.
import http from 'node:http';
import https from 'node:https';
import assert from 'node:assert/strict';
import { alarm } from './wait.mjs';

/** A request to `node`: from the address `node.from`, by TLS where `node.tls` says how ({ca, servername, …}). */
export function requestTo(node, options) {
  const where = { host: node.address ?? '127.0.0.1', port: node.port, localAddress: node.from };
  return node.tls ? https.request({ ...where, ...node.tls, ...options }) : http.request({ ...where, ...options });
}

/** One connection to `node` that is kept for many requests. */
export const agentFor = (node) => new (node.tls ? https : http).Agent({ keepAlive: true, maxSockets: 1 });

/** {status, headers, body, json()} of one request that is answered in full within `timeout`. */
export function call(node, method, path, { headers = {}, body, timeout = 8000 } = {}) {
  return new Promise((resolve, reject) => {
    const request = requestTo(node, {
      method,
      path,
      agent: false,
      headers: body === undefined ? headers : { 'content-length': Buffer.byteLength(body), ...headers },
    });
    request.on('close', alarm(() => request.destroy(new Error(`${method} ${path}: no answer`)), timeout));
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
