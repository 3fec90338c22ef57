// node scripts/dashboard.mjs [--check]: writes helm/sse-cluster/files/dashboard.json from dashboard_panels.mjs. With
// --check it writes nothing and fails where something would change.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rows } from './dashboard_panels.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const path = join(root, 'helm/sse-cluster/files/dashboard.json');
const width = 24;
const source = { type: 'prometheus', uid: '${datasource}' };
const picked = 'namespace=~"$namespace",job=~"$job",instance=~"$instance"';

const full = (expression) =>
  expression
    .replace(/\{([^}@]*)@\}/g, `{$1${picked}}`)
    .replaceAll('@', `{${picked}}`)
    .replaceAll('[~]', '[$__rate_interval]');

const colours = { palette: { color: { mode: 'palette-classic' } }, fixed: { color: { mode: 'thresholds' } } };

/** Green, or red from `worse` on. */
const thresholds = (worse) => ({
  mode: 'absolute',
  steps: [{ color: 'green', value: null }, ...(worse ? [{ color: 'red', value: worse }] : [])],
});

const kinds = {
  stat: ({ unit, worse }) => ({
    fieldConfig: { defaults: { unit, decimals: 0, ...colours.fixed, thresholds: thresholds(worse) }, overrides: [] },
    options: {
      colorMode: 'value',
      graphMode: 'area',
      textMode: 'value',
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
    },
  }),
  timeseries: ({ unit }) => ({
    fieldConfig: {
      defaults: { unit, min: 0, ...colours.palette, custom: { fillOpacity: 8, lineWidth: 1, showPoints: 'never' } },
      overrides: [],
    },
    options: {
      legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  }),
  heatmap: ({ unit }) => ({
    fieldConfig: { defaults: {}, overrides: [] },
    options: {
      calculate: false,
      cellGap: 0,
      color: { mode: 'scheme', scheme: 'Oranges', steps: 64 },
      filterValues: { le: 1e-9 },
      tooltip: { mode: 'single', yHistogram: false },
      yAxis: { axisPlacement: 'left', unit },
    },
  }),
};

/** A panel at `gridPos`; ids are given later. */
function panel([title, unit, description, lines, { type = 'timeseries', worse } = {}], gridPos) {
  const targets = lines.map(([expression, legend], index) => ({
    refId: String.fromCharCode(65 + index),
    datasource: source,
    expr: full(expression),
    legendFormat: legend,
    ...(type === 'heatmap' ? { format: 'heatmap' } : {}),
  }));
  return { type, title, description, datasource: source, gridPos, targets, ...kinds[type]({ unit, worse }) };
}

/** Panels from the left to the right and downwards from line `top`, and the first free line. */
function arranged(panels, top) {
  const made = [];
  let [x, y, height] = [0, top, 0];
  for (const one of panels) {
    const { w = 8, h = 8 } = one[4] ?? {};
    if (x + w > width) [x, y, height] = [0, y + height, 0];
    made.push(panel(one, { x, y, w, h }));
    [x, height] = [x + w, Math.max(height, h)];
  }
  return [made, y + height];
}

/** The row's own line, then its panels; those of a closed one are within it. */
function allPanels() {
  const all = [];
  let y = 0;
  for (const { title, open = false, panels } of rows) {
    const [made, end] = arranged(panels, y + 1);
    const head = { type: 'row', title, collapsed: !open, gridPos: { x: 0, y, w: width, h: 1 } };
    all.push(...(open ? [{ ...head, panels: [] }, ...made] : [{ ...head, panels: made }]));
    y = open ? end : y + 1;
  }
  let id = 0;
  const numbered = (one) => ({ id: ++id, ...one, ...(one.panels ? { panels: one.panels.map(numbered) } : {}) });
  return all.map(numbered);
}

/** A variable of the values of `label`; all where nothing is chosen. */
const variable = (label, among) => ({
  type: 'query',
  name: label,
  label,
  datasource: source,
  query: { query: `label_values(sse_node_ready${among}, ${label})`, refId: label },
  refresh: 2,
  sort: 1,
  multi: true,
  includeAll: true,
  allValue: '.*',
  current: { text: ['All'], value: ['$__all'] },
});

const dashboard = {
  id: null,
  uid: 'sse-cluster',
  title: 'sse-cluster',
  tags: ['sse-cluster'],
  description: 'Nodes of sse-cluster. What each metric means: docs/operations.md.',
  schemaVersion: 39,
  version: 1,
  editable: true,
  graphTooltip: 1,
  refresh: '30s',
  time: { from: 'now-1h', to: 'now' },
  timezone: 'browser',
  annotations: { list: [] },
  links: [],
  templating: {
    list: [
      { type: 'datasource', name: 'datasource', label: 'data source', query: 'prometheus', refresh: 1 },
      variable('namespace', ''),
      variable('job', '{namespace=~"$namespace"}'),
      variable('instance', '{namespace=~"$namespace",job=~"$job"}'),
    ],
  },
  panels: allPanels(),
};

const text = `${JSON.stringify(dashboard, null, 2)}\n`;
if (existsSync(path) && readFileSync(path, 'utf8') === text) process.exit(0);
if (process.argv.includes('--check')) {
  console.error('helm/sse-cluster/files/dashboard.json is not what scripts/dashboard.mjs makes: run it');
  process.exit(1);
}
writeFileSync(path, text);
console.log('wrote helm/sse-cluster/files/dashboard.json');
