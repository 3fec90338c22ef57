// A real HTTPS server of a JWKS whose keys change and that goes down, and tokens by `jose` and `openssl`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export const openssl = (args, input) => execFileSync('openssl', args, { input, stdio: ['pipe', 'pipe', 'pipe'] });

/** A folder that ends with the test. */
export function folder(stage) {
  const path = mkdtempSync(join(tmpdir(), 'sse-jwt-'));
  stage.defer(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A key pair of `algorithm` with the id `kid`, which signs. */
export class Signer {
  static async make(algorithm, kid, { secret } = {}) {
    const signer = new Signer();
    signer.header = { alg: algorithm, ...(kid && { kid }) };
    if (algorithm.startsWith('HS')) {
      signer.key = Buffer.from(secret);
      signer.jwk = { kty: 'oct', alg: algorithm, k: signer.key.toString('base64url'), ...(kid && { kid }) };
    } else {
      const pair = await generateKeyPair(algorithm, { extractable: true });
      signer.key = pair.privateKey;
      signer.jwk = { ...(await exportJWK(pair.publicKey)), alg: algorithm, use: 'sig', ...(kid && { kid }) };
    }
    return signer;
  }

  /** A token with `claims` that is valid for `seconds`; 0: without an end. */
  token(claims, seconds = 600) {
    const token = new SignJWT(claims).setProtectedHeader(this.header).setIssuedAt();
    if (seconds) token.setExpirationTime(Math.floor(Date.now() / 1000) + seconds);
    return token.sign(this.key);
  }
}

/** An authority and a certificate of it for `name` (DNS:… or IP:…): {ca, certificate, key} as files in `path`. */
export function certificates(path, name = 'IP:127.0.0.1') {
  const file = (one) => join(path, one);
  const key = (one) => openssl(['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', file(`${one}.key`)]);
  key('ca');
  const days = ['-days', '2'];
  openssl(['req', '-x509', '-new', '-key', file('ca.key'), '-subj', '/CN=authority', ...days, '-out', file('ca.pem')]);
  key('server');
  openssl(['req', '-new', '-key', file('server.key'), '-subj', '/CN=jwks', '-out', file('server.csr')]);
  writeFileSync(file('server.ext'), `subjectAltName=${name}\n`);
  const signed = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial', '-extfile', file('server.ext')];
  openssl(['x509', '-req', '-in', file('server.csr'), ...signed, ...days, '-out', file('server.pem')]);
  return { ca: file('ca.pem'), certificate: file('server.pem'), key: file('server.key') };
}

export class JwksServer {
  keys = [];
  requests = 0;

  /** One that listens and ends with the test. */
  static async start(stage, options = {}) {
    const server = new JwksServer();
    server.files = certificates(folder(stage), options.name);
    await server.up();
    stage.defer(() => server.down());
    return server;
  }

  get url() {
    return `https://127.0.0.1:${this.port}/keys?tenant=1`;
  }

  /** Listens, again on the port it had before. */
  up() {
    const { certificate, key } = this.files;
    const files = { cert: readFileSync(certificate), key: readFileSync(key) };
    this.server = https.createServer(files, (request, response) => {
      this.requests += 1;
      response.writeHead(request.url === '/keys?tenant=1' ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ keys: this.keys }));
    });
    return new Promise((done) =>
      this.server.listen(this.port ?? 0, '127.0.0.1', () => done((this.port = this.server.address().port))),
    );
  }

  down() {
    this.server.closeAllConnections();
    return new Promise((done) => this.server.close(done));
  }
}
