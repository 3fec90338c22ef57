// Types and fields of everything that the chart makes.
import assert from 'node:assert/strict';
import { basename } from 'node:path';
import test from 'node:test';
import { ready, render } from './chart.mjs';
import { matrix } from './matrix.mjs';
import { problemsOf } from './types.mjs';

test('the checker finds wrong types, missing and unknown fields', async () => {
  const good = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'a', labels: { a: 'b' } },
    spec: { maxUnavailable: 1, selector: { matchLabels: { a: 'b' } } },
  };
  assert.deepEqual(await problemsOf(good), []);
  const wrong = structuredClone(good);
  wrong.spec.selector.matchLabel = {};
  wrong.spec.unhealthyPodEvictionPolicy = 'Never';
  wrong.metadata.labels.c = 1;
  const problems = (await problemsOf(wrong)).join('\n');
  for (const path of ['/spec/selector/matchLabel:', '/spec/unhealthyPodEvictionPolicy', '/metadata/labels/c'])
    assert.ok(problems.includes(path), `${path} in ${problems}`);
});

const given = [...ready.map((path) => [basename(path), path]), ...Object.entries(matrix)];
for (const [name, values] of given) {
  test(`${name}: every object is of the types of Kubernetes`, async () => {
    const objects = render(values);
    const problems = (await Promise.all(objects.map(problemsOf))).flat();
    assert.deepEqual(problems, []);
    const names = objects.map((one) => `${one.kind} ${one.metadata.name}`);
    assert.equal(new Set(names).size, names.length, `two of one name: ${names}`);
  });
}
