// The tarball: one executable with all plugins, in a root that holds nothing else but glibc.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root as here } from '../e2e/support/process.mjs';
import { Root, command, dist, folder, packageTest, plugins, root, roundTrip, tarball, told } from './root.mjs';

/** A root with glibc and what was unpacked into /opt, and nothing else. */
function unpacked(undo) {
  const path = folder(undo);
  for (const name of ['proc', 'tmp', 'opt/sse-cluster', 'lib64']) mkdirSync(join(path, name), { recursive: true });
  told('tar', ['-xzf', tarball(), '-C', join(path, 'opt/sse-cluster'), '--strip-components=1']);
  const from = process.env.SSE_ROOT_RUN;
  const files = told('chroot', [from, 'dpkg', '--listfiles', 'libc6']).split('\n');
  const library = /^\/lib.*\/(ld-linux-.*|lib(c|m|dl|rt|pthread|resolv|nss_(files|dns))\.so\.\d)$/;
  for (const file of files.filter((name) => library.test(name))) {
    mkdirSync(join(path, file, '..'), { recursive: true });
    told('cp', ['-L', join(from, file), join(path, file)]);
  }
  return new Root(path);
}

const program = '/opt/sse-cluster/bin/sse-cluster';

packageTest('it runs where nothing is installed but glibc', async (undo) => {
  const bare = unpacked(undo);
  assert.ok(!existsSync(bare.file('bin')), 'there is no shell');
  const listed = bare.told([program, 'plugins']).split('\n');
  const linked = listed.filter((line) => line.includes(' linked in ')).map((line) => line.split(/\s+/)[1]);
  assert.deepEqual(linked.sort(), plugins);
  const config = '/opt/sse-cluster/etc/sse-cluster/config.json';
  bare.told([program, 'check', '--config', config]);
  const server = await bare.serve(undo, [program, 'start', '--config', config]);
  assert.match(roundTrip(bare, program, server), /published.*\nresumed/);
  assert.equal(await server.stop(), 0, server.log);
});

packageTest('it holds unit, example configuration, licences, and sums that are right', async (undo) => {
  const bare = unpacked(undo);
  const at = (...parts) => bare.file('opt/sse-cluster', ...parts);
  for (const name of ['LICENSE', 'README.md', 'CHANGELOG.md', 'share/man/man1/sse-cluster.1.gz'])
    assert.ok(existsSync(at(name)), name);
  const licences = readdirSync(at('share/doc/sse-cluster/licences'));
  const some = ['libssl3', 'libstdc++6', 'libpoconet80', 'libnghttp2-dev'];
  for (const name of some) assert.ok(licences.includes(name), name);
  const sums = command('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: dist });
  assert.equal(sums.status, 0, sums.output);
  assert.match(sums.stdout, new RegExp(basename(tarball())));
});

packageTest('systemd takes its unit where it was unpacked into /opt/sse-cluster', async (undo) => {
  const debian = root(undo, 'run');
  mkdirSync(debian.file('opt/sse-cluster'));
  told('tar', ['-xzf', tarball(), '-C', debian.file('opt/sse-cluster'), '--strip-components=1']);
  debian.told(['sh', '-c', 'cp -r /opt/sse-cluster/etc/sse-cluster /etc/ && cp -r /opt/sse-cluster/lib/s* /usr/lib/']);
  debian.told(['systemd-sysusers']);
  const unit = '/usr/lib/systemd/system/sse-cluster.service';
  const verified = debian.run(['systemd-analyze', 'verify', '--man=no', unit]);
  assert.equal(`${verified.status}${verified.output}`, '0');
  debian.told(['systemd-analyze', 'security', '--offline=true', '--threshold=20', '--no-pager', unit]);
  const start = debian.read(unit).match(/^ExecStart=(.*)$/m)[1].split(' ');
  const server = await debian.serve(undo, start, { wrap: ['setpriv', '--reuid=sse-cluster', '--clear-groups'] });
  assert.equal(await server.stop(), 0, server.log);
});

packageTest('docs/operations.md names the libraries that stay dynamic', async (undo) => {
  const bare = unpacked(undo);
  const needed = told('readelf', ['--dynamic', bare.file(program)]).matchAll(/\(NEEDED\).*\[(.*?)\]/g);
  const page = readFileSync(join(here, 'docs/operations.md'), 'utf8');
  for (const [, name] of needed) {
    const library = name.replace(/\.so.*/, '');
    assert.ok(/^(ld-linux.*|libc|libm)$/.test(library) || page.includes(`\`${library}\``), library);
  }
});
