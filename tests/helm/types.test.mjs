// Types and fields of everything that the chart makes.
import assert from 'node:assert/strict';
import { basename } from 'node:path';
import test from 'node:test';
import { only, ready, render } from './chart.mjs';
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

test('a gateway speaks TLS to pods that do, by the version of its API that there is', async () => {
  const given = {
    tls: { enabled: true, existingSecret: 's', serverName: 'a.b' },
    secret: { clusterSecret: 's' },
    httpRoute: { enabled: true, parentRefs: [{ name: 'g' }], caCertificateRefs: [{ name: 'authorities' }] },
  };
  const made = async (values, ...versions) => {
    const has = versions.flatMap((one) => ['--api-versions', `gateway.networking.k8s.io/${one}/BackendTLSPolicy`]);
    const policy = only(render(values, ...has), 'BackendTLSPolicy');
    assert.deepEqual(await problemsOf(policy), []);
    return policy;
  };
  const { apiVersion, spec } = await made(given);
  assert.equal(apiVersion, 'gateway.networking.k8s.io/v1');
  assert.deepEqual(spec.targetRefs, [{ group: '', kind: 'Service', name: 'my-sse-cluster' }]);
  const caCertificateRefs = [{ group: '', kind: 'ConfigMap', name: 'authorities' }];
  assert.deepEqual(spec.validation, { hostname: 'a.b', caCertificateRefs });
  assert.equal((await made(given, 'v1alpha3', 'v1')).apiVersion, 'gateway.networking.k8s.io/v1');
  assert.equal((await made(given, 'v1alpha3')).apiVersion, 'gateway.networking.k8s.io/v1alpha3');
  const known = { ...given.tls, caFile: '/etc/ssl/certs/ca-certificates.crt' };
  const publicly = await made({ ...given, tls: known, httpRoute: { ...given.httpRoute, caCertificateRefs: [] } });
  assert.deepEqual(publicly.spec.validation, { hostname: 'a.b', wellKnownCACertificates: 'System' });
  const plain = render({ ...given, tls: {} });
  assert.ok(!plain.some((one) => one.kind === 'BackendTLSPolicy'));
});
