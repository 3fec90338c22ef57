// node scripts/tidy.mjs BUILD: clang-tidy over core, plugins and bench. A file that was clean with the same headers,
// flags and checks is not looked at again.
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { join, relative, resolve } from 'node:path';

const build = resolve(process.argv[2]);
const root = process.cwd();
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'sse-cluster-tidy');
mkdirSync(cache, { recursive: true });

const within = (path) => relative(root, path);
const units = JSON.parse(readFileSync(join(build, 'compile_commands.json'), 'utf8')).filter(({ file }) =>
  /^(core|plugins|bench)\//.test(within(file)),
);

/** Object file -> our headers it was made from, as ninja recorded them. */
function dependencies() {
  const found = new Map();
  let object;
  for (const line of execFileSync('ninja', ['-C', build, '-t', 'deps'], { encoding: 'utf8', maxBuffer: 1 << 28 }).split(
    '\n',
  )) {
    if (/^\S.*: #deps/.test(line)) found.set((object = line.split(': #deps')[0]), []);
    else if (line.trim() && object) {
      const path = within(resolve(build, line.trim()));
      if (/^(core|plugins|bench)\//.test(path)) found.get(object).push(path);
    }
  }
  return found;
}

const deps = dependencies();
const version = execFileSync('clang-tidy-19', ['--version'], { encoding: 'utf8' });
const contents = new Map();
const content = (path) => {
  if (!contents.has(path)) contents.set(path, readFileSync(path, 'utf8'));
  return contents.get(path);
};

function key({ command, file, output }) {
  const hash = createHash('sha256').update(version).update(content('.clang-tidy'));
  hash.update(command.replaceAll(root, ''));
  for (const path of [within(file), ...(deps.get(output) ?? [])].sort()) hash.update(path).update(content(path));
  return hash.digest('hex');
}

let clean = 0;
let dirty = 0;
let known = 0;
const queue = units
  .map((unit) => ({ ...unit, key: key(unit) }))
  .filter((unit) => {
    const seen = existsSync(join(cache, unit.key));
    known += seen ? 1 : 0;
    return !seen;
  });

function check(unit) {
  return new Promise((done) => {
    execFile('clang-tidy-19', ['-p', build, '--quiet', unit.file], { maxBuffer: 1 << 26 }, (error, stdout) => {
      if (error) {
        dirty += 1;
        console.log(stdout);
      } else {
        clean += 1;
        writeFileSync(join(cache, unit.key), '');
      }
      done();
    });
  });
}

async function work() {
  for (let unit; (unit = queue.pop());) await check(unit);
}
await Promise.all(Array.from({ length: availableParallelism() }, work));
console.log(`clang-tidy: ${clean} clean, ${dirty} with findings, ${known} unchanged since they were clean`);
process.exit(dirty > 0 || units.length === 0 ? 1 : 0);
