// auth/jwt with tokens that openssl and jose made, and with a JWKS server that changes its keys and goes down.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { join } from 'node:path';
import { assertProblem, call, stream, text } from './support/http.mjs';
import { certificates, folder, JwksServer, openssl, Signer } from './support/jwks.mjs';
import { run } from './support/process.mjs';
import { scenario } from './support/stage.mjs';
import { until } from './support/wait.mjs';

const secret = 'a secret of sixty-four bytes, so that it does for HS512 as well.';
const sse = { publish: ['news'], subscribe: ['news', 'user-{sub}'] };
const bearer = (token) => ({ authorization: `Bearer ${token}` });
const quick = { jwks_min_interval: '100ms', jwks_timeout: '5s' };

const post = (node, token, channel = 'news') =>
  call(node, 'POST', `/publish/${channel}`, { body: 'x', headers: { ...text, ...(token && bearer(token)) } });

async function accepts(node, token) {
  const { status, body } = await post(node, token);
  assert.equal(status, 200, body);
}

async function refuses(node, token) {
  const answer = await post(node, token);
  assertProblem(answer, 401);
  assert.match(answer.headers['www-authenticate'], /^Bearer/);
  return answer.json().detail;
}

/** Asserts that a request is refused in a way that lets a publisher, and an EventSource, come back. */
async function refusesForNow(node, token) {
  const answer = await post(node, token);
  assertProblem(answer, 503);
  assert.match(answer.headers['retry-after'], /^\d+$/);
  const opened = await call(node, 'GET', '/subscribe/news', { headers: { ...stream, ...bearer(token) } });
  assert.equal(opened.status, 200, opened.body);
  assert.match(opened.body, /^retry: \d+$/m);
}

/** Starts a node that is not ready yet. */
async function unready(stage, jwt, more = {}) {
  const node = stage.prepare({ auth: ['jwt'], jwt, ...more });
  node.spawn();
  await until('the node names its port', () => (node.port = Number(node.log.match(/"http_port":"(\d+)/)?.[1])) > 0);
  return node;
}

/** A token signed by the command line. */
function byOpenssl(algorithm, sign) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: algorithm })}.${part({ sub: '7', sse })}`;
  return `${signed}.${sign(signed).toString('base64url')}`;
}

scenario('tokens that openssl signed are taken by secret and by PEM', async (stage) => {
  const path = folder(stage);
  const make = (name, ...args) => {
    openssl(['genpkey', ...args, '-out', join(path, `${name}.key`)]);
    openssl(['pkey', '-in', join(path, `${name}.key`), '-pubout', '-out', join(path, `${name}.pem`)]);
    return join(path, `${name}.key`);
  };
  const rsa = make('rsa', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048');
  const ed = make('ed', '-algorithm', 'ED25519');
  openssl(['req', '-x509', '-new', '-key', rsa, '-subj', '/CN=x', '-days', '2', '-out', join(path, 'rsa.crt')]);
  const node = await stage.node({ auth: ['jwt'], jwt: { secret, key: [join(path, 'rsa.crt'), join(path, 'ed.pem')] } });
  await accepts(node, byOpenssl('HS256', (signed) => openssl(['dgst', '-sha256', '-hmac', secret, '-binary'], signed)));
  await accepts(node, byOpenssl('RS256', (signed) => openssl(['dgst', '-sha256', '-sign', rsa], signed)));
  const pss = ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:digest'];
  await refuses(node, byOpenssl('PS256', (signed) => openssl(['dgst', '-sha256', '-sign', rsa, ...pss], signed)));
  const file = join(path, 'signed');
  const eddsa = byOpenssl('EdDSA', (signed) => {
    writeFileSync(file, signed);
    return openssl(['pkeyutl', '-sign', '-rawin', '-inkey', ed, '-in', file]);
  });
  await accepts(node, eddsa);
  await refuses(node, eddsa.replace(/\.[^.]*$/, '.'));
});

scenario('tokens that jose signed are taken in every algorithm', async (stage) => {
  const names = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
  const signers = await Promise.all(names.map((name) => Signer.make(name, `key of ${name}`)));
  const file = join(folder(stage), 'jwks.json');
  writeFileSync(file, JSON.stringify({ keys: signers.map((signer) => signer.jwk) }));
  const hmac = await Promise.all(['HS256', 'HS384', 'HS512'].map((name) => Signer.make(name, undefined, { secret })));
  const issuers = join(folder(stage), 'issuers.json');
  const own = hmac.map(({ header }) => ({ issuer: header.alg, secret, algorithm: header.alg }));
  writeFileSync(issuers, JSON.stringify({ issuers: own }));
  const node = await stage.node({ auth: ['jwt'], jwt: { jwks: file, issuers } });
  for (const signer of signers) await accepts(node, await signer.token({ sse }));
  for (const signer of hmac) await accepts(node, await signer.token({ sse, iss: signer.header.alg }));
  await refuses(node, await hmac[0].token({ sse, iss: 'HS512' }));
  await refuses(node, await (await Signer.make('ES256', 'key of ES256')).token({ sse }));
});

scenario('a token gives the rights in it and no others', async (stage) => {
  const signer = await Signer.make('HS256', undefined, { secret });
  const node = await stage.node({ auth: ['jwt'], jwt: { secret, issuer: ['me'], audience: ['events'] } });
  const claims = { iss: 'me', aud: ['events', 'x'], sub: '7', sse };
  const token = await signer.token(claims);
  const reader = await stage.subscribe(node, '/subscribe/user-7', { headers: bearer(token) });
  assert.equal(reader.status, 200);
  const cookie = { cookie: `a=b; access_token=${token}` };
  assert.equal((await stage.subscribe(node, '/subscribe/news', { headers: cookie })).status, 200);
  assert.equal((await stage.subscribe(node, `/subscribe/news?access_token=${token}`)).status, 200);
  await accepts(node, token);
  assertProblem(await post(node, token, 'other'), 403);
  assertProblem(await call(node, 'GET', '/subscribe/user-8', { headers: bearer(token) }), 403);
  assertProblem(await call(node, 'GET', '/subscribe?channel=news&channel=x', { headers: bearer(token) }), 403);
  assertProblem(await call(node, 'GET', '/status', { headers: bearer(token) }), 403);
  assertProblem(await call(node, 'GET', '/status'), 401);
  assert.equal(await node.probe('/readyz'), 200);
  const admin = await signer.token({ ...claims, sse: { admin: ['*'] } });
  assert.equal((await call(node, 'GET', '/status', { headers: bearer(admin) })).status, 200);
  assertProblem(await post(node, await signer.token({ ...claims, sse: undefined })), 403);
  assert.match(await refuses(node, await signer.token({ ...claims, iss: 'you' })), /^iss/);
  assert.match(await refuses(node, await signer.token({ ...claims, aud: 'x' })), /^aud/);
  assert.match(await refuses(node, await signer.token(claims, -3600)), /expired/);
  assert.match(await refuses(node, await signer.token({ ...claims, nbf: 1e10 })), /not valid yet/);
  assert.doesNotMatch(node.log, new RegExp(token.slice(-40)), 'no token in the log');
});

scenario('behind jwt, open lets in who brings no token, and nobody with a bad one', async (stage) => {
  const node = await stage.node({ auth: ['jwt', 'open'], jwt: { secret } });
  assert.equal((await post(node)).status, 200);
  await refuses(node, 'a.b.c');
});

scenario('keys that change at the URL are followed, and stay while it is down', async (stage) => {
  const server = await JwksServer.start(stage);
  const [one, two, stranger] = await Promise.all(['1', '2', '3'].map((kid) => Signer.make('ES256', kid)));
  server.keys = [one.jwk];
  const node = await stage.node({ auth: ['jwt'], jwt: { jwks: server.url, ca_file: server.files.ca, ...quick } });
  assert.equal(server.requests, 1);
  await accepts(node, await one.token({ sse }));
  await refuses(node, await stranger.token({ sse }));

  server.keys = [one.jwk, two.jwk];
  const token = await two.token({ sse });
  await until('the new key is fetched for its token', async () => (await post(node, token)).status === 200);
  await accepts(node, await one.token({ sse }));

  await server.down();
  await until('it is noticed', async () => {
    assertProblem(await post(node, await stranger.token({ sse })), 503);
    return node.log.includes('jwt-keys-unavailable');
  });
  await accepts(node, await two.token({ sse }));
  assert.equal(await node.probe('/readyz'), 200);

  server.keys = [two.jwk];
  await server.up();
  await until('the old key is gone', async () => {
    await post(node, await stranger.token({ sse }));
    return (await post(node, await one.token({ sse }))).status === 401;
  });
  await accepts(node, await two.token({ sse }));
});

scenario('tokens with unknown keys do not make a node fetch more often than allowed', async (stage) => {
  const server = await JwksServer.start(stage);
  server.keys = [(await Signer.make('ES256', '1')).jwk];
  const stranger = await Signer.make('ES256', '2');
  const jwt = { jwks: server.url, ca_file: server.files.ca, jwks_min_interval: '1h' };
  const node = await stage.node({ auth: ['jwt', 'open'], jwt });
  for (let count = 0; count < 20; count++) await refusesForNow(node, await stranger.token({ count, sse }));
  assert.equal(server.requests, 1);
  assert.ok((await node.metric('sse_jwt_undecided_total')) >= 20);
});

scenario('before there were keys, and while they may have changed, nobody is refused for good', async (stage) => {
  const server = await JwksServer.start(stage);
  const [one, two] = await Promise.all(['1', '2'].map((kid) => Signer.make('ES256', kid)));
  server.keys = [one.jwk];
  await server.down();
  const node = await unready(stage, { jwks: server.url, ca_file: server.files.ca, jwks_timeout: '1s' });
  await until('the node complains', () => node.log.includes('jwt-keys-unavailable'));
  const token = await one.token({ sse });
  await refusesForNow(node, token);
  await server.up();
  await until('the keys are there', async () => (await post(node, token)).status === 200, 20000);
  server.keys = [one.jwk, two.jwk];
  await refusesForNow(node, await two.token({ sse }));
});

scenario('SIGHUP refuses nobody who waits for keys', async (stage) => {
  const signer = await Signer.make('ES256', '1');
  const waits = [];
  const server = http.createServer((request, response) => waits.push(response));
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  stage.defer(() => (server.closeAllConnections(), server.close()));
  const jwks = `http://127.0.0.1:${server.address().port}/keys`;
  const node = await unready(stage, { jwks }, { auth: ['jwt', 'open'] });
  const asked = post(node, await signer.token({ sse }));
  await until('it waits', async () => (await node.metric('sse_jwt_waiting')) === 1);
  node.program.signal('SIGHUP');
  await until('keys are asked for anew', () => waits.length === 2);
  for (const response of waits) response.end(JSON.stringify({ keys: [signer.jwk] }));
  assert.equal((await asked).status, 200);
});

scenario('a URL whose server cannot be trusted gives no keys', async (stage) => {
  const server = await JwksServer.start(stage, { name: 'DNS:elsewhere.test' });
  server.keys = [(await Signer.make('ES256', '1')).jwk];
  const other = certificates(folder(stage));
  for (const ca_file of [server.files.ca, other.ca]) {
    const node = stage.prepare({ auth: ['jwt'], jwt: { jwks: server.url, ca_file, ...quick } });
    node.spawn();
    await until('the node complains', () => node.log.includes('jwt-keys-unavailable'));
    assert.ok(node.findPort() === false || (await node.probe('/readyz')) !== 200);
  }
  assert.equal(server.requests, 0);
});

scenario('what the URL of keys holds besides its place is shown nowhere', async (stage) => {
  const server = await JwksServer.start(stage);
  server.keys = [(await Signer.make('ES256', '1')).jwk];
  const config = { auth: ['jwt', 'open'], log: { level: 'debug' } };
  const up = await stage.node({ ...config, jwt: { jwks: server.url, ca_file: server.files.ca, ...quick } });
  await server.down();
  const down = await unready(stage, { jwks: server.url, ca_file: server.files.ca, ...quick }, config);
  await until('it complains', () => down.log.includes('jwt-keys-unavailable'));
  const ready = await call(down, 'GET', '/readyz');
  assert.equal(ready.status, 503);
  const status = await call(up, 'GET', '/status');
  for (const text of [ready.body, status.body, up.log, down.log]) assert.ok(!text.includes('tenant=1'), text);
  assert.ok(down.log.includes(server.url.replace('?tenant=1', '')));
});

scenario('a secret file is read again by SIGHUP', async (stage) => {
  const file = join(folder(stage), 'secret');
  writeFileSync(file, `${secret}\n`);
  const node = await stage.node({ auth: ['jwt'], jwt: { secret_file: file } });
  const before = await (await Signer.make('HS256', undefined, { secret })).token({ sse });
  const after = await (await Signer.make('HS256', undefined, { secret: secret.toUpperCase() })).token({ sse });
  await accepts(node, before);
  await refuses(node, after);
  writeFileSync(file, `${secret.toUpperCase()}\n`);
  node.program.signal('SIGHUP');
  await until('the new secret counts', async () => (await post(node, after)).status === 200);
  await refuses(node, before);
});

scenario('another algorithm of keys that name none is taken by SIGHUP', async (stage) => {
  const server = await JwksServer.start(stage);
  const signer = await Signer.make('PS256', '1');
  server.keys = [{ ...signer.jwk, alg: undefined }];
  const jwt = { jwks: server.url, ca_file: server.files.ca };
  const node = await stage.node({ auth: ['jwt'], jwt });
  const token = await signer.token({ sse });
  await refusesForNow(node, token);
  writeFileSync(node.file, JSON.stringify({ ...node.config, jwt: { ...jwt, algorithm: 'PS256' } }));
  node.program.signal('SIGHUP');
  await until('the new algorithm counts', async () => (await post(node, token)).status === 200);
});

scenario('one bad key at the URL costs no other, and one in a file is an error', async (stage) => {
  const server = await JwksServer.start(stage);
  const signer = await Signer.make('ES256', '1');
  const pair = generateKeyPairSync('rsa', { modulusLength: 1024 });
  server.keys = [{ ...pair.publicKey.export({ format: 'jwk' }), kid: 'weak' }, signer.jwk];
  const node = await stage.node({ auth: ['jwt'], jwt: { jwks: server.url, ca_file: server.files.ca } });
  await accepts(node, await signer.token({ sse }));
  await until('it is told', () => /"jwt-keys-passed-over".*keys\[0\]: expected an RSA key/.test(node.log));
  const file = join(folder(stage), 'jwks.json');
  writeFileSync(file, JSON.stringify({ keys: server.keys }));
  const config = join(folder(stage), 'config.json');
  writeFileSync(config, JSON.stringify({ auth: ['jwt'], jwt: { jwks: file } }));
  assert.match((await run(['check', '--config', config])).output, /jwt\.jwks: .*keys\[0\]: expected an RSA key/);
});

scenario('check finds what is wrong with keys, and says where', async (stage) => {
  const path = folder(stage);
  const bad = join(path, 'bad');
  writeFileSync(bad, 'nonsense');
  const wrong = async (jwt) => {
    const config = join(path, 'config.json');
    writeFileSync(config, JSON.stringify({ auth: ['jwt'], jwt }));
    const { code, output } = await run(['check', '--config', config]);
    assert.equal(code, 78, output);
    return output;
  };
  assert.match(await wrong({}), /jwt\.secret: expected one of/);
  assert.match(await wrong({ secret: 'short' }), /jwt\.secret: expected a secret of at least 32 bytes/);
  assert.match(await wrong({ key: [join(path, 'none')] }), /jwt\.key: .*none/);
  assert.match(await wrong({ key: [bad] }), /jwt\.key: .*bad: expected a public key/);
  assert.match(await wrong({ jwks: bad }), /jwt\.jwks: .*bad: expected a JWKS/);
  const withPassword = await wrong({ jwks: 'https://user:hidden@issuer.test/keys' });
  assert.match(withPassword, /jwt\.jwks: expected a URL without user and password/);
  assert.ok(!withPassword.includes('hidden'));
  assert.match(await wrong({ issuers: bad }), /jwt\.issuers: .*bad: expected \{"issuers"/);
  writeFileSync(bad, '{"issuers": [{"isuer": "x"}]}');
  assert.match(await wrong({ issuers: bad }), /issuers\[0\]: "isuer" is no member/);
});

scenario('a URL whose server never answers delays neither requests nor the stop', async (stage) => {
  const sockets = new Set();
  const server = net.createServer((socket) => sockets.add(socket.on('error', () => {})));
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  stage.defer(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const jwks = `http://127.0.0.1:${server.address().port}/keys`;
  const node = stage.prepare({ auth: ['jwt'], jwt: { secret, jwks, jwks_timeout: '60s' } });
  node.spawn();
  await until('the fetch hangs', () => sockets.size === 1 && node.log.includes('"listening"'));
  const line = node.log.split('\n').find((text) => text.includes('"listening"'));
  node.port = Number(line.match(/http_port":"(\d+)/)[1]);
  await until('it has started', async () => (await node.probe('/startupz')) === 200);
  await accepts(node, await (await Signer.make('HS256', undefined, { secret })).token({ sse }));
  assert.equal(await node.probe('/readyz'), 503);
  assert.equal((await node.stop()).code, 0);
});
