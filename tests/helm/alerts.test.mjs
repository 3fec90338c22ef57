// The alert rules fire when they should and not before, on metrics that nodes have.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { root } from '../e2e/support/process.mjs';
import { scenario } from '../e2e/support/stage.mjs';
import { cases } from './alert_cases.mjs';
import { YAML, file } from './chart.mjs';
import { groups, promtool, realMetrics, rules, unknownIn } from './watching.mjs';

/** `sse_x{a="b"} n` as Prometheus names it. */
function named(series) {
  const [, metric, labels, node] = series.match(/^(\w+)(?:\{(.*)\})? (\w+)$/);
  return `${metric}{job="sse",instance="${node}"${labels ? `,${labels}` : ''}}`;
}

/** Whether `alert` is on at `minute`, as a test of promtool. */
function trial(alert, [series, minute], fires) {
  const expr = `count by (severity) (ALERTS{alertname="${alert}",alertstate="firing"})`;
  const { severity } = rules.find((rule) => rule.alert === alert).labels;
  return {
    name: `${alert} ${fires ? 'fires' : 'is quiet'}: ${JSON.stringify(series)}`,
    interval: '1m',
    input_series: Object.entries(series).map(([name, values]) => ({ series: named(name), values })),
    promql_expr_test: [
      { expr, eval_time: `${minute}m`, exp_samples: fires ? [{ labels: `{severity="${severity}"}`, value: 1 }] : [] },
    ],
  };
}

const alerts = file('files/alerts.yaml');

test('the rules are what Prometheus takes', async () => {
  assert.match(await promtool(['check', 'rules', '--lint-fatal', 'rules.yaml'], { 'rules.yaml': alerts }), /SUCCESS/);
});

test('compose.yaml gives Prometheus and Grafana a configuration that they take, with these files', async () => {
  const shipped = (name) => readFileSync(join(root, name), 'utf8');
  const { services } = YAML.parse(shipped('compose.yaml'), { merge: true });
  const mounts = (name) =>
    Object.fromEntries(services[name].volumes.map((one) => one.split(':').slice(0, 2).reverse()));
  const place = Object.entries(mounts('prometheus')).find(([, from]) => from === './helm/sse-cluster/files')[0];
  const config = shipped('deploy/prometheus.yml');
  assert.ok(config.includes(`${place}/alerts*.yaml`), config);
  const files = { 'prometheus.yml': config.replace(`${place}/`, ''), 'alerts.yaml': alerts };
  assert.match(await promtool(['check', 'config', 'prometheus.yml'], files), /1 rule files found/);
  const dashboards = YAML.parse(shipped('deploy/grafana/dashboards/sse-cluster.yaml')).providers[0].options.path;
  assert.equal(mounts('grafana')[dashboards], './helm/sse-cluster/files');
});

for (const { alert } of rules) {
  test(`${alert} fires when it should, and not otherwise`, async () => {
    const pairs = cases[alert];
    assert.ok(pairs?.length >= 2, 'tests/helm/alert_cases.mjs has a case that fires it and one that does not');
    const tests = pairs.map((one, index) => trial(alert, one, index % 2 === 0));
    const text = YAML.stringify({ rule_files: ['rules.yaml'], evaluation_interval: '1m', tests });
    await promtool(['test', 'rules', 'tests.yaml'], { 'rules.yaml': alerts, 'tests.yaml': text });
  });
}

test('each rule says what it is, how bad, what to do and where to read on', () => {
  const anchors = new Set(
    [...readFileSync(join(root, 'docs/operations.md'), 'utf8').matchAll(/^#+ +(.+)$/gm)].map(([, title]) =>
      title.toLowerCase().replace(/[^\w -]/g, '').replaceAll(' ', '-'),
    ),
  );
  const names = rules.map((rule) => rule.alert);
  assert.deepEqual(names.filter((name, index) => names.indexOf(name) !== index), [], 'no name twice');
  assert.deepEqual(Object.keys(cases).filter((name) => !names.includes(name)), [], 'no case without its rule');
  for (const { alert, labels, annotations } of groups.flatMap((group) => group.rules)) {
    assert.match(alert, /^SseCluster[A-Z]\w+$/);
    assert.match(labels.severity, /^(warning|critical)$/, alert);
    assert.deepEqual(Object.keys(annotations), ['summary', 'description', 'runbook'], alert);
    const [page, anchor] = annotations.runbook.split('#');
    assert.equal(page, 'docs/operations.md', alert);
    assert.ok(anchors.has(anchor), `${alert}: docs/operations.md has no ${anchor}`);
  }
});

test('what a rule needs long is not told at once', () => {
  const instant = rules.filter((rule) => rule.for === undefined).map((rule) => rule.alert);
  for (const alert of instant) {
    const { expr } = rules.find((rule) => rule.alert === alert);
    assert.match(expr, /\[\d+[mh]\]/, `${alert}: without for, so over a time`);
  }
});

scenario('every metric and label of the rules is one that a node has', async (stage) => {
  const metrics = await realMetrics(stage);
  for (const { alert, expr } of rules) assert.deepEqual(unknownIn(expr, metrics), [], alert);
  assert.deepEqual(unknownIn('sse_no_such{a="b"} + sse_stream_closed_total{by="nobody"}', metrics), [
    'sse_no_such',
    'sse_no_such{a="b"}',
    'sse_stream_closed_total{by="nobody"}',
  ]);
});
