// Who may include whom: the table of docs/architecture.md.
import assert from 'node:assert/strict';
import test from 'node:test';
import { lineOf, product, read, report, stripped } from './sources.mjs';

const below = (...rooms) => new Set([...rooms, 'sdk']);
const allowed = {
  sdk: new Set(['sdk']),
  base: below('base'),
  observe: below('observe', 'base'),
  config: below('config', 'base'),
  client: below('client', 'base'),
  http: below('http', 'base'),
  channel: below('channel', 'base'),
  net: below('net', 'base', 'observe'),
  bus: below('bus', 'net', 'observe', 'base'),
  server: below('server', 'net', 'http', 'observe', 'base'),
  stream: below('stream', 'net', 'http', 'channel', 'observe', 'base'),
  cluster: below('cluster', 'bus', 'channel', 'observe', 'base'),
  api: below('api', 'server', 'net', 'http', 'stream', 'channel', 'cluster', 'observe', 'config', 'base'),
};
const rooms = [...Object.keys(allowed), 'kernel'];
allowed.kernel = new Set(rooms);
allowed.main = new Set(rooms);

/** Library headers and the only places that may include them. */
const fences = [
  [/^boost\/dll/, /^core\/kernel\/plugin_library/],
  [/^boost\/program_options/, /^core\/config\/cli/],
  [/^boost\/(beast|asio)/, /^core\/http\//],
  [/^nghttp2\//, /^core\/http\//],
  [/^openssl\//, /^(core\/net|plugins\/auth\/(jwt|webhook)|plugins\/transport\/relay|plugins\/discovery\/gossip)\//],
  [/^Poco\//, /^(core\/(observe|client)|plugins)\//],
  [/^nlohmann\//, /^(core\/(config|api|client)|plugins)\/|^core\/sdk\/sse\/(config|rights)\.h$/],
  [/^prometheus\//, /^core\/observe\//],
  [/^nghttp2\//, /^core\/http\//],
  [/^ares/, /^plugins\/discovery\/dns\//],
  [/^doctest\//, /^tests\//],
];

function* includes(path) {
  const text = stripped(read(path), { literals: true });
  for (const found of text.matchAll(/^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)/gm)) {
    yield { own: found[1], library: found[2], where: `${path}:${lineOf(text, found.index)}` };
  }
}

test('core rooms include only what the table allows', () => {
  const problems = [];
  for (const path of product.filter((name) => name.startsWith('core/'))) {
    const room = path === 'core/main.cc' ? 'main' : path.split('/')[1];
    if (!allowed[room]) problems.push(`${path}: no such room`);
    for (const { own, where } of includes(path)) {
      if (!own) continue;
      const other = own.startsWith('sse/') ? 'sdk' : own.split('/')[0];
      if (!rooms.includes(other)) problems.push(`${where}: "${own}" is not named from a room`);
      else if (!allowed[room]?.has(other)) problems.push(`${where}: ${room} may not include ${other}`);
    }
  }
  assert.deepEqual(problems, [], report(problems));
});

test('plugins include only the SDK, their libraries and their own folder', () => {
  const problems = [];
  for (const path of product.filter((name) => name.startsWith('plugins/'))) {
    const [, kind, name] = path.split('/');
    const folder = kind === 'example' ? '' : `${kind}/${name}/`;
    for (const { own, library, where } of includes(path)) {
      const target = own ?? library;
      const ours = rooms.includes(target.split('/')[0]) && target.includes('/') && !target.startsWith('sse/');
      if (ours) problems.push(`${where}: "${target}" is a core room's`);
      else if (own && !own.startsWith('sse/') && !own.startsWith(folder))
        problems.push(`${where}: "${own}" is not in ${folder}`);
    }
  }
  assert.deepEqual(problems, [], report(problems));
});

test('each library stays behind its fence', () => {
  const problems = [];
  for (const path of product) {
    for (const { own, library, where } of includes(path)) {
      const header = library ?? own;
      for (const [pattern, place] of fences) {
        if (pattern.test(header) && !place.test(path)) problems.push(`${where}: <${header}> belongs in ${place}`);
      }
    }
  }
  assert.deepEqual(problems, [], report(problems));
});

test('the SDK is free of NDEBUG and assert, so that two builds of it are equal', () => {
  const problems = product
    .filter((path) => path.startsWith('core/sdk/'))
    .filter((path) => /\bNDEBUG\b|\bassert *\(|<cassert>/.test(stripped(read(path), { literals: true })));
  assert.deepEqual(problems, []);
});

test('a room is one namespace', () => {
  const problems = [];
  for (const path of product.filter((one) => one !== 'core/main.cc' && !one.startsWith('plugins/example/'))) {
    const [top, room, name] = path.split('/');
    const text = stripped(read(path));
    const opened = [...text.matchAll(/\bnamespace\s+([\w:]+)\s*\{/g)].map((found) => found[1]);
    const good =
      top === 'plugins' ? [`sse::${name}`, `sse::${room}`, 'sse'] : room === 'sdk' ? ['sse'] : [`sse::${room}`];
    for (const space of opened) {
      const inner = good.some((one) => space.startsWith(`${one}::`));
      const foreign = new RegExp(`namespace\\s+${space}\\s*\\{\\s*((class|struct)\\s+\\w+;\\s*)+\\}`).test(text);
      if (!good.includes(space) && !inner && !foreign)
        problems.push(`${path}: namespace ${space}, expected ${good[0]}`);
    }
  }
  assert.deepEqual(problems, [], report(problems));
});
