// Sizes of files and functions, and what a source may not hold.
import assert from 'node:assert/strict';
import test from 'node:test';
import { cpp, exists, files, lineOf, matching, product, read, report, stripped } from './sources.mjs';

const lines = (path) => read(path).trimEnd().split('\n').length;

test('files have at most 400 lines, headers 200', () => {
  const problems = [];
  for (const path of [...cpp, ...matching(/^(core|tests|scripts)\/.*\.m?js$/)]) {
    const most = path.endsWith('.h') && path !== 'core/sdk/sse/messages.h' ? 200 : 400;
    if (lines(path) > most) problems.push(`${path}: ${lines(path)} lines, at most ${most}`);
  }
  assert.deepEqual(problems, [], report(problems));
});

/** Functions of a C++ text as {name, line, length}: bodies that stand in no other body. */
export function functions(text) {
  const code = stripped(text).replace(/^[ \t]*#(?:[^\n\\]|\\[^])*/gm, (found) => found.replace(/[^\n]/g, ' '));
  const found = [];
  const stack = [];
  let start = 0;
  for (let i = 0; i < code.length; i++) {
    if (code[i] === ';' && !/\([^)]*$/.test(code.slice(start, i))) start = i + 1;
    if (code[i] === '{') {
      const head = code.slice(start, i).trim();
      const inside = stack.some((scope) => scope.body);
      const isScope = /^(inline\s+)?namespace\b|^extern\b|\b(class|struct|union|enum)\b[^()]*$/.test(head);
      const body = !inside && !isScope && /\)/.test(head) && !/=\s*$/.test(head);
      stack.push({ body, head, line: lineOf(code, start + code.slice(start, i).search(/\S|$/)) });
      start = i + 1;
    } else if (code[i] === '}') {
      const scope = stack.pop();
      start = i + 1;
      if (scope?.body)
        found.push({ name: scope.head.split('\n')[0], line: scope.line, length: lineOf(code, i) - scope.line + 1 });
    }
  }
  return found;
}

test('the function counter finds functions', () => {
  const text = 'namespace a {\nclass B {\n  int f() const {\n    if (x) {\n    }\n    return 1;\n  }\n};\n}\n';
  const short = functions(text).map(({ line, length }) => [line, length]);
  assert.ok(
    short.some(([line, length]) => line === 3 && length === 5),
    JSON.stringify(short),
  );
});

test('functions of the product have at most 70 lines', () => {
  const problems = [];
  for (const path of cpp.filter((name) => !name.startsWith('tests/'))) {
    for (const { name, line, length } of functions(read(path))) {
      if (length > 70) problems.push(`${path}:${line}: ${length} lines: ${name}`);
    }
  }
  assert.deepEqual(problems, [], report(problems));
});

test('lines fit into 120 columns', () => {
  const problems = [];
  for (const path of [...cpp, ...matching(/^(core|tests|scripts)\/.*\.m?js$/)]) {
    read(path)
      .split('\n')
      .forEach((line, i) => {
        if ([...line].length > 120 && !/R"|https?:\/\//.test(line))
          problems.push(`${path}:${i + 1}: ${[...line].length}`);
      });
  }
  assert.deepEqual(problems, [], report(problems));
});

test('headers guard themselves and open no namespace to their readers', () => {
  const problems = [];
  for (const path of cpp.filter((name) => name.endsWith('.h'))) {
    const text = stripped(read(path));
    if (!/^#pragma once$/m.test(text)) problems.push(`${path}: no #pragma once`);
    if (/\busing\s+namespace\b/.test(text)) problems.push(`${path}: using namespace`);
  }
  assert.deepEqual(problems, [], report(problems));
});

test('what is left to do has an issue number', () => {
  const mark = new RegExp(`\\b(${['TO', 'DO'].join('')}|${['FIX', 'ME'].join('')}|X{3})\\b(?!\\(#\\d+\\))`);
  const problems = [];
  for (const path of matching(/\.(cc|h|mjs|js|sh|cmake|txt|md|ya?ml|json)$|^scripts\/|Dockerfile/)) {
    if (path.endsWith('package-lock.json')) continue;
    read(path)
      .split('\n')
      .forEach((line, i) => {
        if (mark.test(line)) problems.push(`${path}:${i + 1}: ${line.trim()}`);
      });
  }
  assert.deepEqual(problems, [], report(problems));
});

test('tests wait for conditions and do not sleep', () => {
  const problems = cpp
    .filter((path) => path.startsWith('tests/'))
    .filter((path) => /\b(sleep_for|sleep_until|usleep|nanosleep|sleep) *\(/.test(stripped(read(path))));
  for (const path of matching(/^tests\/e2e\/.*\.mjs$/)) {
    if (!path.endsWith('support/wait.mjs') && /(?<![.\w])setTimeout *\(/.test(read(path))) problems.push(path);
  }
  assert.deepEqual(problems, []);
});

test('test folders mirror the sources', () => {
  const problems = matching(/^tests\/core\/\w+\/.*_test\.cc$/).filter(
    (path) => !exists(path.split('/').slice(1, 3).join('/')),
  );
  problems.push(
    ...matching(/^tests\/plugins\/\w+\/\w+\/.*_test\.cc$/).filter(
      (path) => !exists(path.split('/').slice(1, 4).join('/')),
    ),
  );
  assert.deepEqual(problems, []);
});

test('no file names a place of one machine or the host of a registry', () => {
  const hosts = [
    'registry.' + 'npmjs',
    'deb.' + 'debian',
    'pypi.' + 'org',
    'crates.' + 'io',
    'proxy.' + 'golang',
    'repo1.' + 'maven',
  ];
  const places = ['/wo' + 'rk/', '/ro' + 'ot/', '/tmp/' + 'b-'];
  const problems = [];
  for (const path of files) {
    const text = read(path);
    for (const word of [...hosts, ...places]) if (text.includes(word)) problems.push(`${path}: ${word}`);
  }
  assert.deepEqual(problems, [], report(problems));
});

test('product sources write to standard output only in commands', () => {
  const problems = product
    .filter((path) => !/^core\/(main\.cc|config\/|kernel\/|base\/|sdk\/)/.test(path))
    .filter((path) => /\bstd::cout\b|(?<![\w:])printf *\(|\bstd::printf *\(/.test(stripped(read(path))));
  assert.deepEqual(problems, []);
});
