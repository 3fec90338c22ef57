// node scripts/chart.mjs [--check]: writes what in helm/sse-cluster follows from other files: values.schema.json, the
// table of values in README.md, and in files/ the lists of options that reload, variables of secrets, and sections.
// Reads values.yaml and asks the program (SSE_BINARY, else that of build/test) for its options. With --check it writes
// nothing and fails where something would change.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shapes } from './chart_shapes.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const chart = join(root, 'helm/sse-cluster');
const binary = resolve(process.env.SSE_BINARY ?? join(root, 'build/test/bin/sse-cluster'));
const plugins = join(dirname(dirname(binary)), 'plugins');

const ask = (format) =>
  JSON.parse(
    execFileSync(binary, ['options', '--format', format], {
      encoding: 'utf8',
      env: { PLUGINS_PATH: plugins, PATH: process.env.PATH },
    }),
  );

/** The keys of values.yaml with a comment, as [{path, text, value}], in order; value is the YAML behind the key. */
export function documentedValues(yaml) {
  const found = [];
  const parents = [];
  let comment = [];
  let open;
  for (const line of yaml.split('\n')) {
    const [, indent, rest] = line.match(/^( *)(.*)$/);
    const depth = indent.length / 2;
    const key = rest.match(/^([A-Za-z_]\w*):(?: (.*))?$/);
    if (open && rest && depth <= open.depth) open = undefined;
    if (rest.startsWith('# ')) {
      comment.push(rest.slice(2));
    } else if (open) {
      open.entry.value += `${line.slice(open.depth * 2)}\n`;
    } else if (key) {
      parents.length = depth;
      parents.push(key[1]);
      const entry = { path: parents.join('.'), text: comment.join(' '), value: `${key[2] ?? ''}\n` };
      if (comment.length > 0) {
        found.push(entry);
        if (key[2] === undefined && !shapes.nested.includes(entry.path)) open = { depth, entry };
      }
      comment = [];
    } else {
      comment = [];
    }
  }
  return found;
}

/** One line of YAML: `a: {b: 1}` for a block. */
function inFlow(block) {
  const lines = block.split('\n').filter((line) => line.trim());
  if (lines.length === 1 && !/^\s/.test(block)) return lines[0];
  return '(see values.yaml)';
}

function table(yaml) {
  const rows = documentedValues(yaml).map(({ path, text, value }) => {
    const shown = shapes.nested.includes(path) ? '' : `\`${inFlow(value) || '""'}\``;
    return `| \`${path}\` | ${shown} | ${text.replaceAll('|', '\\|')} |`;
  });
  return ['| value | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

function withTable(readme, rows) {
  const [begin, end] = ['<!-- values: made by scripts/chart.mjs -->', '<!-- end of values -->'];
  const [before, rest] = readme.split(begin);
  return `${before}${begin}\n${rows}\n${end}${rest.split(end)[1]}`;
}

/** The schema of `config`: the program's, without what only a file of its own has. */
function configSchema() {
  const { $schema, title, ...schema } = ask('schema');
  const { $schema: own, ...properties } = schema.properties;
  return { ...schema, properties };
}

const units = { '': 1, ms: 1, s: 1000, m: 60000, h: 3600000, d: 86400000, B: 1, KiB: 1024, MiB: 1 << 20, GiB: 1 << 30 };
const amount = (text) => Number(text.match(/^\d+/)[0]) * units[text.match(/\D*$/)[0]];

/** The rows of the table of options, by their keys. */
function optionRows() {
  const env = { PLUGINS_PATH: plugins, PATH: process.env.PATH };
  const table = execFileSync(binary, ['options', '--format', 'markdown'], { encoding: 'utf8', env });
  return Object.fromEntries([...table.matchAll(/^\| `(\S+)`.*/gm)].map(([row, key]) => [key, row]));
}

/** Lines `key type least most meaning` of each duration and size, in ms and bytes; most may be -. */
function ranges() {
  const rows = optionRows();
  const measured = ask('json').filter((option) => ['duration', 'size'].includes(option.type));
  return measured.map(({ key, type }) => {
    const [meaning] = rows[key].match(new RegExp(`a ${type} (from|of at) .*(?= in (ms|B),)`)) ?? [`a ${type}`];
    const least = meaning.match(/(?:from|least) (\w+)/);
    const most = meaning.match(/(?:to|most) (\w+)/);
    return `${key} ${type} ${least ? amount(least[1]) : 0} ${most ? amount(most[1]) : '-'} ${meaning}\n`;
  });
}

const isVariable = (name) => /^[A-Z_]+$/.test(name);
const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

function made() {
  const yaml = readFileSync(join(chart, 'values.yaml'), 'utf8');
  const texts = Object.fromEntries(documentedValues(yaml).map(({ path, text }) => [path, text]));
  return {
    'values.schema.json': json(shapes.schema(configSchema(), texts)),
    'files/ranges.txt': ranges().sort().join(''),
    'files/reloads.txt': ask('json')
      .filter((option) => option.reload)
      .map((option) => `${option.key}\n`)
      .sort()
      .join(''),
    'files/secrets.txt': ask('json')
      .filter((option) => option.secret)
      .flatMap(({ key, env, aliases }) => [env, ...aliases.filter(isVariable)].map((name) => `${name} ${key}\n`))
      .sort()
      .join(''),
    'files/sections.txt': Object.keys(configSchema().properties)
      .map((key) => `${key}\n`)
      .sort()
      .join(''),
    'README.md': withTable(readFileSync(join(chart, 'README.md'), 'utf8'), table(yaml)),
  };
}

let stale = 0;
for (const [name, text] of Object.entries(made())) {
  const path = join(chart, name);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  if (process.argv.includes('--check')) {
    stale += 1;
    console.error(`helm/sse-cluster/${name} is not what scripts/chart.mjs makes: run it`);
  } else {
    writeFileSync(path, text);
    console.log(`wrote helm/sse-cluster/${name}`);
  }
}
process.exitCode = stale === 0 ? 0 : 1;
