// The dashboard is what Grafana takes, asks for what nodes tell, and shows what happens.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';
import { publishAll } from '../e2e/support/http.mjs';
import { root } from '../e2e/support/process.mjs';
import { scenario } from '../e2e/support/stage.mjs';
import { YAML, file } from './chart.mjs';
import { Prometheus } from './prometheus.mjs';
import { fullNodes, promtool, realMetrics, unknownIn } from './watching.mjs';

const text = file('files/dashboard.json');
const dashboard = JSON.parse(text);
const panels = dashboard.panels.flatMap((one) => [one, ...(one.panels ?? [])]);
const variables = dashboard.templating.list.map((one) => one.name);

/** Every expression as Prometheus gets it where nothing is chosen: [{title, expr}]. */
const asked = panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({
    title,
    expr: expr.replaceAll(/"\$(namespace|job|instance)"/g, '".*"').replaceAll('$__rate_interval', '1m'),
  })),
);
const panel = (title) => asked.find((one) => one.title === title).expr;

test('the dashboard is what scripts/dashboard.mjs makes', () => {
  const { status, stderr } = spawnSync('node', [join(root, 'scripts/dashboard.mjs'), '--check'], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});

test('it belongs to no Grafana, and its data source, namespace, job and node can be chosen', () => {
  assert.equal(dashboard.id, null);
  assert.equal(dashboard.uid, 'sse-cluster');
  assert.ok(dashboard.schemaVersion >= 36 && dashboard.schemaVersion <= 41, `${dashboard.schemaVersion}`);
  assert.deepEqual(variables, ['datasource', 'namespace', 'job', 'instance']);
  const sources = [...text.matchAll(/"uid": "([^"]+)"/g)].map(([, uid]) => uid);
  assert.deepEqual([...new Set(sources)].sort(), ['${datasource}', 'sse-cluster']);
  for (const { targets = [], type, title } of panels) {
    assert.ok(type === 'row' || targets.length > 0, `${title} asks for nothing`);
    for (const { expr } of targets) {
      for (const [, name] of expr.matchAll(/\$(?!__)(\w+)/g)) assert.ok(variables.includes(name), `${title}: ${name}`);
      const [picks, pickable] = [expr.match(/instance=~"\$instance"/g), expr.match(/\b(sse|process)_\w+/g)];
      assert.equal(picks.length, pickable.length, `${title}: each metric is of the nodes that were chosen`);
    }
  }
});

test('its panels have ids of their own, titles and descriptions, and do not overlap', () => {
  const ids = panels.map((one) => one.id);
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(ids.every((id) => Number.isInteger(id) && id > 0));
  const taken = new Map();
  for (const { title, description, type, gridPos, collapsed } of panels) {
    assert.ok(title && (type === 'row' || description?.endsWith('.')), `${title}: ${description}`);
    const { x, y, w, h } = gridPos;
    assert.ok(x >= 0 && x + w <= 24 && w > 0 && h > 0, title);
    // What is within a closed row lies over what follows: Grafana moves that when the row is opened.
    if (dashboard.panels.some((row) => row.panels?.some((one) => one.gridPos === gridPos))) continue;
    assert.ok(collapsed !== true || h === 1, title);
    for (let i = x; i < x + w; i += 1) {
      for (let j = y; j < y + h; j += 1) {
        assert.ok(!taken.has(`${i},${j}`), `${title} covers ${taken.get(`${i},${j}`)}`);
        taken.set(`${i},${j}`, title);
      }
    }
  }
});

test('every expression is one that Prometheus parses', async () => {
  const rules = asked.map(({ expr }, index) => ({ record: `dashboard:${index}`, expr }));
  const said = await promtool(['check', 'rules', 'rules.yaml'], {
    'rules.yaml': YAML.stringify({ groups: [{ name: 'dashboard', rules }] }),
  });
  assert.ok(said.includes(`${asked.length} rules found`), said);
});

scenario('every metric and label of the dashboard is one that a node has', async (stage) => {
  const metrics = await realMetrics(stage);
  for (const { title, expr } of asked) {
    assert.deepEqual(unknownIn(expr.replaceAll(/=~"[^"]*"/g, ''), metrics), [], title);
  }
});

/** Those that are empty until something happens, or without TLS. */
const mayBeEmpty = new Set(['Datagrams dropped', 'Certificates']);

scenario(
  'Prometheus shows on it what two nodes do',
  async (stage) => {
    const [one, other] = await fullNodes(stage, 2);
    const prometheus = await Prometheus.start(stage, [one.admin.port, other.admin.port]);
    const readers = [];
    for (const { node } of [one, one, other]) readers.push(await stage.subscribe(node, '/subscribe/c'));
    await prometheus.sees(panel('Nodes ready'), (value) => value === 2);
    await prometheus.sees(panel('Subscribers'), (value) => value === 3);
    await publishAll(one.node, '/publish/c', [1, 2, 3, 4]);
    for (const reader of readers) await reader.take(4);
    await prometheus.sees(panel('Published'), (value) => value > 0);
    await prometheus.sees(panel('Delivered'), (value) => value > 0);
    await prometheus.sees(`sum(${panel('Events of peers')})`, (value) => value > 0);
    await prometheus.sees(panel('Links missing'), (value) => value === 0);
    await prometheus.sees(`max(${panel('Quantiles')})`, (value) => value > 0 && value < 10);
    await prometheus.sees(`min(${panel('Descriptors')})`, (value) => value > 0 && value < 1);
    for (const { title, expr } of asked) {
      const result = await prometheus.query(expr);
      assert.ok(result.length > 0 || mayBeEmpty.has(title), `${title}: ${expr} has no result`);
    }
    await other.node.kill();
    await prometheus.sees(panel('Nodes ready'), (value) => value === 1);
  },
  { seconds: 90 },
);
