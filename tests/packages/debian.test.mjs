// The package sse-cluster in a Debian that has only what the package asks for.
import assert from 'node:assert/strict';
import { appendFileSync, existsSync } from 'node:fs';
import { command, folder, node, packageTest, plugins, root, roundTrip, sdk, told } from './root.mjs';

/** Every file of a root with its kind, rights and owner, but for the notes of dpkg and of those who keep accounts. */
function everything(where) {
  const list = where.told(['find', '/', '-xdev', '-printf', '%p %y %m %u:%g\n']).split('\n').sort();
  const notes = /^\/(proc|tmp|var\/(log|cache)|var\/lib\/dpkg)\b|^\/etc\/(passwd|group|shadow|gshadow|sub[ug]id)- /;
  return list.filter((line) => !notes.test(line)).join('\n');
}

const accounts = (where) => ['passwd', 'group', 'shadow', 'gshadow'].map((name) => where.read('etc', name)).join();

/** How the unit starts the server. */
function started(where) {
  const unit = where.read('lib/systemd/system/sse-cluster.service');
  assert.match(unit, /^User=sse-cluster$/m);
  return unit.match(/^ExecStart=(.*)$/m)[1].split(' ');
}

const asUser = ['setpriv', '--reuid=sse-cluster', '--regid=sse-cluster', '--clear-groups', '--no-new-privs'];

packageTest('lintian finds no error, and no warning but those that a package outside of Debian must have', () => {
  // Who releases says who maintains (SSE_MAINTAINER); no bug of Debian asks for this package.
  const without = 'bogus-mail-host,bogus-mail-host-in-debian-changelog,initial-upload-closes-no-bugs';
  const args = ['--fail-on', 'error,warning', '--suppress-tags', without, node(), sdk()];
  const { status, output } = command('lintian', ['--allow-root', ...args]);
  assert.equal(status, 0, output);
});

packageTest('it installs, runs as its own user, and publishes and subscribes', async (undo) => {
  const debian = root(undo, 'run');
  debian.install(node());
  assert.match(debian.told(['getent', 'passwd', 'sse-cluster']), /:\/usr\/sbin\/nologin$/m);
  assert.equal(debian.told(['dpkg', '--verify', 'sse-cluster']), '');
  const listed = debian.told(['sse-cluster', 'plugins']);
  for (const name of plugins) assert.match(listed, new RegExp(` ${name} `));
  assert.doesNotMatch(listed, /cannot be loaded/);
  const server = await debian.serve(undo, started(debian), { wrap: asUser });
  assert.match(roundTrip(debian, 'sse-cluster', server), /published.*\nresumed/);
  assert.equal(await server.stop(), 0, server.log);
});

packageTest('its configuration listens on this host alone, and an own one survives an upgrade', async (undo) => {
  const debian = root(undo, 'run');
  debian.install(node());
  const config = '/etc/sse-cluster/config.json';
  assert.equal(JSON.parse(debian.read(config)).http.address, '127.0.0.1');
  debian.told(['sse-cluster', 'check', '--config', config]);
  appendFileSync(debian.file(config), '\n');
  const mine = debian.read(config);
  const newer = `${folder(undo)}/newer`;
  told('dpkg-deb', ['--raw-extract', node(), newer]);
  told('sed', ['-i', 's/^Version: .*/Version: 9.9-1/', `${newer}/DEBIAN/control`]);
  told('dpkg-deb', ['--build', '--root-owner-group', newer, `${newer}.deb`]);
  debian.install(`${newer}.deb`);
  assert.match(debian.told(['dpkg', '--status', 'sse-cluster']), /^Version: 9\.9-1$/m);
  assert.equal(debian.read(config), mine);
});

packageTest('purge leaves nothing behind', async (undo) => {
  const debian = root(undo, 'run');
  const [files, users] = [everything(debian), accounts(debian)];
  debian.install(node());
  assert.notEqual(everything(debian), files);
  assert.ok(existsSync(debian.file('etc/systemd/system/multi-user.target.wants')));
  debian.told(['dpkg', '--remove', 'sse-cluster']);
  assert.ok(existsSync(debian.file('etc/sse-cluster/config.json')), 'removed is not purged');
  debian.told(['dpkg', '--purge', 'sse-cluster']);
  assert.equal(everything(debian), files);
  assert.equal(accounts(debian), users);
  assert.equal(debian.run(['dpkg', '--status', 'sse-cluster']).status, 1);
});

/** A manual page as it is read; throws where mandoc or groff has anything to say about it. */
function rendered(page) {
  const lint = command('mandoc', ['-T', 'lint', '-W', 'warning', page]);
  assert.equal(`${lint.status}${lint.output}`, '0');
  const env = { ...process.env, MAN_KEEP_FORMATTING: '', MANWIDTH: '100', LC_ALL: 'C.UTF-8' };
  const shown = command('man', ['--warnings=w', '--local-file', page], { env });
  assert.equal(`${shown.status}${shown.stderr}`, '0');
  return shown.stdout;
}

packageTest('the manual page is well-formed and has every option', async (undo) => {
  const debian = root(undo, 'run');
  debian.install(node());
  const shown = rendered(debian.file('usr/share/man/man1/sse-cluster.1.gz'));
  const options = JSON.parse(debian.told(['sse-cluster', 'options', '--format', 'json']));
  assert.ok(options.length > 50);
  for (const { key, env: variable } of options) {
    assert.ok(shown.includes(`--${key} `), key);
    assert.ok(shown.includes(variable), variable);
  }
});

packageTest('the manual page of sse-plugin-check has what its help says', async (undo) => {
  const debian = root(undo, 'dev');
  debian.install(node(), sdk());
  const shown = rendered(debian.file('usr/share/man/man1/sse-plugin-check.1.gz'));
  const flags = debian.run(['sse-plugin-check', '--help']).output.match(/--[a-z]+/g);
  assert.ok(flags.length > 3);
  for (const flag of flags) assert.ok(shown.includes(flag), flag);
});
