// Streams end with their tokens, are told before, and can be renewed; over HTTP/1.1 and HTTP/2.
import assert from 'node:assert/strict';
import { assertProblem, call, json, publish } from './support/http.mjs';
import { connect as connectH2 } from 'node:http2';
import { Signer } from './support/jwks.mjs';
import { scenario } from './support/stage.mjs';
import { bearer } from './support/tokens.mjs';
import { until } from './support/wait.mjs';

const secret = 'a secret of at least thirty-two bytes';
const rights = { publish: ['*'], subscribe: ['*'] };
const signer = () => Signer.make('HS256', undefined, { secret });
const withJwt = (more = {}) => ({ auth: ['jwt'], jwt: { secret, leeway: '0s' }, ...more });

const renew = (node, token, stream, headers = {}) =>
  call(node, 'POST', '/auth/renew', {
    body: JSON.stringify({ stream }),
    headers: { ...json, ...bearer(token), ...headers },
  });

scenario('a stream is told and ends with its token', async (stage) => {
  const jwt = await signer();
  const node = await stage.node(withJwt({ 'auth.expiry_warning': '2s' }));
  const token = await jwt.token({ sub: '7', sse: rights }, 4);
  const exp = JSON.parse(Buffer.from(token.split('.')[1], 'base64url')).exp * 1000;
  const reader = await stage.subscribe(node, '/subscribe/c', { headers: bearer(token) });
  const warned = await reader.next(15000);
  assert.ok(Date.now() >= exp - 2600, `${exp - Date.now()} ms before the end`);
  assert.equal(warned.event, 'token-expiring');
  assert.equal(warned.id, undefined);
  const told = JSON.parse(warned.data);
  assert.match(told.stream, /^[0-9a-v]{8}\.\d+\.\d+\.\d+$/);
  assert.ok(told.expires_in <= 2, warned.data);
  await reader.end(15000);
  assert.ok(Date.now() >= exp, 'not before its time');
  assert.ok(reader.complete, 'with the last chunk');
  assert.match(reader.blocks.at(-1).retry, /^\d+$/);
  assertProblem(await call(node, 'GET', '/subscribe/c', { headers: bearer(token) }), 401);
});

scenario('a renewed stream outlives its token; others may not renew it', async (stage) => {
  const jwt = await signer();
  const node = await stage.node(withJwt({ 'auth.expiry_warning': '1h' }));
  const first = await jwt.token({ sub: '7', sse: { ...rights, subscribe: ['a', 'b'] } }, 4);
  const reader = await stage.subscribe(node, '/subscribe?channel=a&channel=b', { headers: bearer(first) });
  const { stream } = JSON.parse((await reader.next()).data);
  const other = await jwt.token({ sub: '8', sse: rights }, 60);
  assertProblem(await renew(node, other, stream), 403);
  assertProblem(await renew(node, await jwt.token({ sub: '7', sse: { subscribe: ['a'] } }), stream), 403);
  assertProblem(await renew(node, 'a.b.c', stream), 401);
  assertProblem(await renew(node, other, 'nonsense'), 400);
  assertProblem(await renew(node, other, `${stream}1`), 404);
  assertProblem(await renew(node, other, stream.replace(/^.{8}/, '00000000')), 404);
  assertProblem(await call(node, 'POST', '/auth/renew', { body: '{}', headers: bearer(other) }), 415);
  assert.equal((await renew(node, await jwt.token({ sub: '7', sse: rights }, 60), stream)).status, 204);
  const short = await stage.subscribe(node, '/subscribe/c', { headers: bearer(await jwt.token({ sse: rights }, 4)) });
  await short.end(15000);
  await publish(node, '/publish/a', { data: 'still' }, bearer(other));
  await until('the event', () => reader.datas.includes('"still"') || reader.ended);
  assert.ok(!reader.ended);
});

scenario('streams of HTTP/2 end with their tokens and leave the connection to others', async (stage) => {
  const jwt = await signer();
  const node = await stage.node(withJwt({ 'auth.expiry_warning': '1h' }));
  const client = connectH2(`http://127.0.0.1:${node.port}`);
  stage.defer(() => client.destroy());
  const open = async (seconds) => {
    const token = await jwt.token({ sub: '7', sse: rights }, seconds);
    const stream = client.request({ ':path': '/subscribe/c', ...bearer(token) });
    const seen = { text: '', ended: false };
    stream.setEncoding('utf8').on('data', (data) => (seen.text += data));
    stream.on('error', () => {}).on('end', () => (seen.ended = true));
    await until('the stream begins', () => seen.text.includes('\n\n'));
    return seen;
  };
  const short = await open(4);
  const long = await open(600);
  await until('it ends', () => short.ended, 15000);
  assert.match(short.text, /event: token-expiring\ndata: \{"stream":"/);
  await publish(node, '/publish/c', { data: 1 }, bearer(await jwt.token({ sse: rights })));
  await until('the other has it', () => long.text.includes('data: 1\n'));
  assert.ok(!long.ended);
});
