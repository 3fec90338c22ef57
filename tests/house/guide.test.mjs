// What docs/plugin-guide.md quotes and docs/architecture.md lists is what the sources say.
import assert from 'node:assert/strict';
import test from 'node:test';
import { exists, matching, product, read, report, stripped } from './sources.mjs';

/** Fenced blocks of a page as {language, text, line}. */
function blocks(page) {
  return [...page.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map((found) => ({
    language: found[1],
    text: found[2],
    line: page.slice(0, found.index).split('\n').length,
  }));
}

test('code of the plugin guide is quoted word by word from files that a test compiles', () => {
  const guide = read('docs/plugin-guide.md');
  const quoted = new Set();
  const problems = [];
  for (const { language, text, line } of blocks(guide)) {
    if (!['cpp', 'cmake'].includes(language)) continue;
    const where = `docs/plugin-guide.md:${line}`;
    const [first, ...rest] = text.split('\n');
    const path = first.match(/^(?:\/\/|#) from (plugins\/example\/\S+)$/)?.[1];
    if (!path || !exists(path)) {
      problems.push(`${where}: expected a first line like "// from plugins/example/plugin.cc", got "${first}"`);
      continue;
    }
    quoted.add(path);
    if (!`\n${read(path)}`.includes(`\n${rest.join('\n')}`)) problems.push(`${where}: is not in ${path} as it stands`);
  }
  assert.deepEqual(problems, [], report(problems));
  for (const path of matching(/^plugins\/example\/(.*\.h|plugin\.cc|CMakeLists\.txt)$/)) {
    assert.ok(quoted.has(path), `docs/plugin-guide.md quotes nothing of ${path}`);
  }
});

/** Rows of a table that follows `heading`, as arrays of cells. */
function rowsAfter(page, heading) {
  const table = page.slice(page.indexOf(heading)).match(/(?:^\|.*\n)+/m)[0];
  return table
    .trim()
    .split('\n')
    .slice(2)
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

test('who may include whom in docs/architecture.md is what CMake links', () => {
  const listed = new Map();
  for (const [rooms, others] of rowsAfter(read('docs/architecture.md'), 'Who may include whom')) {
    for (const room of rooms.split(', ')) listed.set(room, others.split(', ').sort().join());
  }
  assert.ok(listed.size > 12, 'the table was found');
  const problems = [];
  for (const path of matching(/^core\/\w+\/CMakeLists\.txt$/)) {
    const [, room, links] = read(path).match(/sse_room\((\w+)\s*(?:ROOMS ([\w\s]*?))?\s*(?:LIBRARIES[^)]*)?\)/);
    if (room === 'kernel') continue;
    const linked = [...(links ?? '').split(/\s+/).filter(Boolean), 'sdk'].sort().join();
    if (listed.get(room) !== linked) problems.push(`${room}: listed ${listed.get(room)}, linked ${linked}`);
  }
  assert.deepEqual(problems, [], report(problems));
});

test('every mutex of the node is in the list of docs/architecture.md', () => {
  const page = read('docs/architecture.md');
  const problems = product
    .filter((path) => !path.startsWith('core/sdk/sse/conformance/'))
    .filter((path) => /\bstd::(shared_|recursive_)?mutex\s+\w+;/.test(stripped(read(path))))
    .filter((path) => !page.includes(`\`${path}\``));
  assert.deepEqual(problems, [], report(problems));
});
