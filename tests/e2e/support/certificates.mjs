// Authorities and certificates, made by openssl for one test.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

export class Authority {
  #made = 0;

  /** An authority called `name` whose files go with the stage. */
  constructor(stage, name = 'authority') {
    this.folder = mkdtempSync(join(tmpdir(), 'sse-ca-'));
    stage.defer(() => rmSync(this.folder, { recursive: true, force: true }));
    this.file = join(this.folder, 'ca.pem');
    this.key = join(this.folder, 'ca.key');
    const files = ['-keyout', this.key, '-out', this.file];
    this.#openssl(['req', '-x509', ...curve, '-days', '30', '-subj', `/CN=${name}`, ...files]);
  }

  get pem() {
    return readFileSync(this.file);
  }

  /**
   * {certificate, key}: files of a certificate of `subject` with the alternative `names` ("DNS:a,IP:127.0.0.1").
   * `endsIn`: seconds from now, less than 0 for one that is over.
   */
  issue(names, { subject = '/CN=node', endsIn } = {}) {
    const place = join(this.folder, `${(this.#made += 1)}`);
    const [certificate, key, asked] = [`${place}.pem`, `${place}.key`, `${place}.csr`];
    const alternatives = names ? ['-addext', `subjectAltName=${names}`] : [];
    this.#openssl(['req', ...curve, '-subj', subject, ...alternatives, '-keyout', key, '-out', asked]);
    const signed = ['x509', '-req', '-in', asked, '-CA', this.file, '-CAkey', this.key, '-CAcreateserial'];
    const when = endsIn === undefined ? undefined : endsIn - 86400;
    this.#openssl([...signed, '-copy_extensions', 'copy', '-days', '1', '-out', certificate], when);
    return { certificate, key };
  }

  #openssl(words, when) {
    const command = when === undefined ? ['openssl', ...words] : ['faketime', '-f', `${when}s`, 'openssl', ...words];
    execFileSync(command[0], command.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] });
  }
}
