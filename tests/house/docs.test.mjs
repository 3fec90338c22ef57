// Documents, configuration files and the sources say the same.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { binary, run } from '../e2e/support/process.mjs';
import { exists, matching, product, read, report, root, stripped } from './sources.mjs';

const operations = () => (exists('docs/operations.md') ? read('docs/operations.md') : '');

test('every plugin has a README with its sections in order', () => {
  const wanted = ['Name', 'Description', 'Settings', 'Examples', 'Metrics', 'Threads'];
  const problems = [];
  const sources = product.filter((name) => /^plugins\/.*\/plugin\.cc$/.test(name));
  assert.ok(sources.length >= 3, 'there are plugins');
  for (const source of sources) {
    const readme = join(dirname(source), 'README.md');
    if (!exists(readme)) {
      problems.push(`${readme}: missing`);
      continue;
    }
    const sections = [...read(readme).matchAll(/^#+ +(.+?) *$/gm)]
      .map((found) => found[1])
      .filter((name) => wanted.includes(name));
    if (sections.join() !== wanted.join()) problems.push(`${readme}: expected ${wanted}, got ${sections}`);
  }
  assert.deepEqual(problems, [], report(problems));
});

test('every file of config/ is accepted', async () => {
  const configs = matching(/^config\/.*\.json$/);
  assert.ok(configs.length >= 3);
  for (const path of configs) {
    const { code, output } = await run(['check', '--config', join(root, path)]);
    assert.equal(code, 0, `${path}: ${output}`);
  }
});

test('docs/options.md is what the program prints', async () => {
  const { stdout } = await run(['options', '--format', 'markdown']);
  assert.ok(exists('docs/options.md'), 'docs/options.md: write it by `sse-cluster options --format markdown`');
  assert.equal(read('docs/options.md'), stdout, `docs/options.md differs from \`${binary} options --format markdown\``);
});

test('metric names follow the pattern and are documented', () => {
  const rooms = product
    .filter((path) => /^core\/\w+\/options\.h$|^core\/\w+\/\w+\.cc$/.test(path))
    .map((path) => path.split('/')[1]);
  const plugins = matching(/^plugins\/\w+\/\w+\/plugin\.cc$/).map((path) => path.split('/')[2]);
  const owners = new Set([...rooms, ...plugins, 'workers', 'process', 'node']);
  const problems = [];
  const names = new Set();
  for (const path of product.filter((one) => !one.startsWith('plugins/example/'))) {
    const text = stripped(read(path), { literals: true });
    for (const [, name] of text.matchAll(/"(process_[a-z_]+)"/g)) {
      if (path !== 'core/observe/process_metrics.cc') problems.push(`${path}: ${name} is of the process alone`);
      if (!operations().includes(`\`${name}\``)) problems.push(`docs/operations.md does not explain ${name}`);
    }
    for (const [, name] of text.matchAll(/"(sse_[a-z0-9_]+)"/g)) {
      if (/^sse_plugin/.test(name)) continue;
      names.add(name);
      if (!/^sse_[a-z0-9]+_[a-z0-9_]+$/.test(name))
        problems.push(`${path}: ${name} is not sse_<room>_<what>_<unit|total>`);
      if (!owners.has(name.split('_')[1])) problems.push(`${path}: ${name} begins with no room and no plugin`);
      if (!operations().includes(name)) problems.push(`docs/operations.md does not explain ${name}`);
    }
    for (const [, type, name] of text.matchAll(/\b(counter|gauge|histogram)\(\s*"(\w+)"/g)) {
      if ((type === 'counter') !== name.endsWith('_total')) problems.push(`${path}: ${name} is a ${type}`);
      if (type === 'histogram' && !/_(seconds|bytes)$/.test(name)) problems.push(`${path}: ${name} has no unit`);
    }
  }
  assert.ok(names.size > 10, `found ${names.size} metrics`);
  assert.deepEqual(problems, [], report(problems));
});

test('warnings and errors of the log are documented', () => {
  const problems = [];
  for (const path of product.filter((one) => !one.startsWith('plugins/example/'))) {
    const text = stripped(read(path), { literals: true });
    for (const [, level, argument] of text.matchAll(/Level::(Warning|Error),\s*([^,;]*"[^,;]*),/g)) {
      for (const [, id] of argument.matchAll(/"([^"]*)"/g)) {
        if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id)) problems.push(`${path}: id "${id}"`);
        if (!operations().includes(`\`${id}\``))
          problems.push(`docs/operations.md does not explain ${id} (${level}, ${path})`);
      }
    }
  }
  assert.deepEqual(problems, [], report(problems));
});

test('every option key of a plugin is in its README', () => {
  const problems = [];
  for (const source of product.filter((name) => /^plugins\/[^/]+\/[^/]+\//.test(name))) {
    const readme = join(source.split('/').slice(0, 3).join('/'), 'README.md');
    if (!exists(readme)) continue;
    for (const [, key] of stripped(read(source), { literals: true }).matchAll(
      /\{\s*"([a-z_]+\.[a-z_.]+)",\s*OptionType::/g,
    )) {
      if (!read(readme).includes(key)) problems.push(`${readme}: ${key} is missing`);
    }
  }
  assert.deepEqual(problems, [], report(problems));
});

test('tables begin with a row of headings, and no blank line ends them early', () => {
  const isRow = (line) => line?.trimStart().startsWith('|');
  const problems = [];
  for (const path of matching(/\.md$/)) {
    const lines = read(path).replace(/^```[^]*?^```/gm, (block) => block.replace(/[^\n]+/g, '')).split('\n');
    for (const [at, line] of lines.entries()) {
      if (!isRow(line) || isRow(lines[at - 1]) || /^\s*\|[-:| ]+\|\s*$/.test(lines[at + 1] ?? '')) continue;
      problems.push(`${path}:${at + 1}: ${line.slice(0, 60)}`);
    }
  }
  assert.deepEqual(problems, [], report(problems));
});

test('links between documents lead somewhere', () => {
  const problems = [];
  for (const path of matching(/\.md$/)) {
    for (const [, target] of read(path).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)) {
      if (!existsSync(join(root, dirname(path), target))) problems.push(`${path}: ${target}`);
    }
  }
  assert.deepEqual(problems, [], report(problems));
});

test('scripts and Dockerfile read the packages from one file', () => {
  for (const line of read('scripts/packages').trim().split('\n')) assert.match(line, /^(#.*|[a-z]+: [a-z0-9.+ -]+)$/);
  for (const path of ['scripts/run', 'scripts/test']) assert.match(read(path), /scripts\/install-packages/);
  if (exists('Dockerfile')) assert.match(read('Dockerfile'), /scripts\/(packages|install-packages)/);
});

test('CI runs the test command and nothing else', () => {
  const commands = read('.ci/run')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'));
  assert.equal(commands.length, 1);
  assert.match(commands[0], /scripts\/test --full/);
});
