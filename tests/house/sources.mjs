// The repository as the house tests see it.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** Paths of all files that are or will be committed. */
export const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter((path) => path && existsSync(join(root, path)))
  .sort();

export const read = (path) => readFileSync(join(root, path), 'utf8');
export const exists = (path) => existsSync(join(root, path));
export const matching = (pattern) => files.filter((path) => pattern.test(path));

/** C++ of the product: core and plugins. */
export const product = matching(/^(core|plugins)\/.*\.(cc|h)$/);
export const cpp = matching(/^(core|plugins|tests|bench)\/.*\.(cc|h)$/);

const blank = (text) => text.replace(/[^\n]/g, ' ');

/** C++ with comments blanked out and, unless told otherwise, the contents of literals too; lines keep their places. */
export function stripped(text, { literals = false } = {}) {
  const token = /\/\/[^\n]*|\/\*[^]*?\*\/|R"(\w*)\([^]*?\)\1"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'/g;
  return text.replace(token, (found, _, offset) => {
    if (found.startsWith('/')) return blank(found);
    // A quote inside a number (1'000) is no literal.
    if (found.startsWith("'") && /\w/.test(text[offset - 1] ?? '')) return found;
    return literals ? found : `"${blank(found).slice(2)}"`;
  });
}

export const lineOf = (text, offset) => text.slice(0, offset).split('\n').length;

/** Names of what a list of problems holds, for assert messages. */
export const report = (problems) => `\n${problems.join('\n')}`;
