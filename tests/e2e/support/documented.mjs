// The proxies of docs/proxies.md, as they stand there but for addresses, files and numbers of this machine.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Front, nginxWith } from './fronts.mjs';
import { certificates, folder } from './jwks.mjs';
import { root } from './process.mjs';

const page = readFileSync(join(root, 'docs/proxies.md'), 'utf8');
const blocks = (language) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'gm'))].map(([, text]) => text);

/** `text` with each of `changes` [what, by what], all of which must be there. */
function changed(text, changes) {
  for (const [what, by] of changes) {
    assert.ok(text.includes(what), `docs/proxies.md has ${what}`);
    text = text.replaceAll(what, by);
  }
  return text;
}

const here = (port, nodes) => [
  ['10.0.0.1:8080', `127.0.0.1:${nodes[0].port}`],
  ['10.0.0.2:8080', `127.0.0.1:${nodes[1].port}`],
];

const texts = {
  nginx(place, port, nodes, changes) {
    const [main, site] = blocks('nginx');
    const own = [
      ...here(port, nodes),
      ['listen 443', `listen 127.0.0.1:${port}`],
      ['/etc/ssl/events.example.org.pem', place.certificate],
      ['/etc/ssl/events.example.org.key', place.key],
    ];
    const few = [['worker_rlimit_nofile 100000', 'worker_rlimit_nofile 8000'], ['50000', '4000']];
    return nginxWith(place.folder, changed(main, few), changed(site, [...own, ...changes]));
  },
  haproxy(place, port, nodes, changes) {
    const [text] = blocks('haproxy');
    const own = [
      ...here(port, nodes),
      ['bind :443', `bind 127.0.0.1:${port}`],
      ['/etc/ssl/events.example.org.pem', place.both],
      ['maxconn 50000', 'maxconn 4000'],
    ];
    return changed(text, [...own, ...changes]);
  },
};

/**
 * The proxy `name` in front of `nodes`, two or one that is there twice: where clients connect, as if it was a node,
 * with the `tls` for that. `changes` are made to its text.
 */
export async function documented(stage, name, [first, second = first], changes = []) {
  const path = folder(stage);
  const { ca, certificate, key } = certificates(path, 'DNS:localhost');
  const both = join(path, 'both.pem');
  writeFileSync(both, [certificate, key].map((file) => readFileSync(file, 'utf8')).join(''));
  const front = await Front.start(stage, name, (own, port) =>
    texts[name]({ folder: own, certificate, key, both }, port, [first, second], changes),
  );
  const tls = { ca: readFileSync(ca), servername: 'localhost' };
  return Object.assign(front, { address: '127.0.0.1', tls, config: { node: { name } } });
}
