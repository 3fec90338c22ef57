// What must hold of the objects, whatever the values.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import test from 'node:test';
import { YAML, configOf, file, folder, nodeOf, only, podOf, ready, refusal, render } from './chart.mjs';
import { matrix } from './matrix.mjs';

const pods = (objects) => [podOf(objects).spec, ...objects.filter((one) => one.kind === 'Pod').map((one) => one.spec)];
const containers = (spec) => [...(spec.initContainers ?? []), ...spec.containers];
const selects = (selector, labels) => Object.entries(selector).every(([key, value]) => labels[key] === value);

/** The rules of the Pod Security Standard "restricted", and some of ours. */
function assertRestricted(spec) {
  assert.equal(spec.automountServiceAccountToken, false);
  assert.equal(spec.enableServiceLinks, false, 'variables of services would be taken for options');
  assert.equal(spec.securityContext.runAsNonRoot, true);
  assert.equal(spec.securityContext.runAsUser, 65532);
  assert.equal(spec.securityContext.seccompProfile.type, 'RuntimeDefault');
  for (const key of ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace']) assert.ok(!spec[key], key);
  for (const volume of spec.volumes ?? []) assert.ok(!volume.hostPath, volume.name);
  for (const container of containers(spec)) {
    const { securityContext, resources } = container;
    assert.equal(securityContext.allowPrivilegeEscalation, false, container.name);
    assert.equal(securityContext.readOnlyRootFilesystem, true, container.name);
    assert.deepEqual(securityContext.capabilities, { drop: ['ALL'] }, container.name);
    assert.ok(resources.requests.memory && resources.requests.cpu, container.name);
    assert.ok((container.ports ?? []).every((port) => !port.hostPort && port.containerPort > 1024), container.name);
  }
}

/** Services lead to ports that the pods have, and probes, routes and scalers to what there is. */
function assertTied(objects) {
  const template = podOf(objects);
  const node = nodeOf(objects);
  const names = node.ports.map((port) => port.name);
  for (const service of objects.filter((one) => one.kind === 'Service')) {
    assert.ok(selects(service.spec.selector, template.metadata.labels), service.metadata.name);
    for (const port of service.spec.ports) assert.ok(names.includes(port.targetPort), `${port.targetPort} in ${names}`);
  }
  for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'])
    assert.ok(names.includes(node[probe].httpGet.port), probe);
  const services = objects.filter((one) => one.kind === 'Service').map((one) => one.metadata.name);
  const set = only(objects, 'StatefulSet');
  assert.ok(services.includes(set.spec.serviceName));
  assert.ok(selects(set.spec.selector.matchLabels, template.metadata.labels));
  const volumes = template.spec.volumes.map((one) => one.name);
  for (const container of containers(template.spec))
    for (const mount of container.volumeMounts ?? []) assert.ok(volumes.includes(mount.name), mount.name);
  for (const { spec } of objects.filter((one) => one.kind === 'PodDisruptionBudget'))
    assert.ok(selects(spec.selector.matchLabels, template.metadata.labels));
}

/** Gossip comes from pods of the release alone. */
function assertWalled(objects) {
  const policy = objects.find((one) => one.kind === 'NetworkPolicy');
  if (!policy) return;
  const { labels } = podOf(objects).metadata;
  assert.ok(selects(policy.spec.podSelector.matchLabels, labels));
  for (const rule of policy.spec.ingress) {
    if (!rule.ports.some((port) => String(port.port).startsWith('gossip'))) continue;
    assert.equal(rule.from.length, 1);
    assert.deepEqual(Object.keys(rule.from[0]), ['podSelector']);
    assert.equal(rule.from[0].podSelector.matchLabels['app.kubernetes.io/instance'], 'my');
    assert.ok(selects(rule.from[0].podSelector.matchLabels, labels));
  }
  const { policyTypes, egress } = policy.spec;
  assert.ok(!policyTypes.includes('Egress') || egress.some((rule) => rule.ports[0].port === 53), 'DNS');
}

/** No secret is in the ConfigMap, and the node reads those that are mounted. */
function assertSecretsApart(objects) {
  const text = JSON.stringify(configOf(objects));
  const secret = objects.find((one) => one.kind === 'Secret');
  for (const data of Object.values(secret?.data ?? {}))
    assert.ok(!text.includes(Buffer.from(data, 'base64').toString()), 'a secret in the ConfigMap');
  const items = podOf(objects).spec.volumes.find((one) => one.name === 'secrets')?.secret.items ?? [];
  for (const { path } of items) assert.ok(text.includes(`/etc/sse-cluster/secrets/${path}`), path);
}

const given = [...ready.map((path) => [basename(path), path]), ...Object.entries(matrix)];
for (const [name, values] of given) {
  test(`${name}: restricted pods, tied services, walled gossip, hidden secrets`, () => {
    const objects = render(values);
    pods(objects).forEach(assertRestricted);
    assertTied(objects);
    assertWalled(objects);
    assertSecretsApart(objects);
  });
}

test('with a HorizontalPodAutoscaler there are no replicas, without one there is none', () => {
  const scaled = render({ autoscaling: { enabled: true, targetSubscribersPerPod: 20000 } });
  assert.ok(!('replicas' in only(scaled, 'StatefulSet').spec));
  const { spec } = only(scaled, 'HorizontalPodAutoscaler');
  assert.deepEqual(spec.scaleTargetRef, { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'my-sse-cluster' });
  assert.equal(spec.metrics[0].resource.target.averageUtilization, 70);
  assert.equal(spec.metrics[1].pods.metric.name, 'sse_stream_subscribers');
  assert.equal(spec.metrics[1].pods.target.averageValue, '20000');
  const fixed = render({ replicaCount: 5 });
  assert.equal(only(fixed, 'StatefulSet').spec.replicas, 5);
  assert.ok(!fixed.some((one) => one.kind === 'HorizontalPodAutoscaler'));
});

test('the time to stop covers preStop, drain and a margin', () => {
  const grace = (values) => podOf(render(values)).spec.terminationGracePeriodSeconds;
  assert.equal(grace({}), 5 + 20 + 5 + 10);
  assert.equal(grace({ preStopSleepSeconds: 7, config: { drain: { delay: '1500ms', window: '1m30s' } } }), 7 + 97 + 10);
  assert.equal(grace({ config: { drain: { delay: '0', window: '0s', flush: '1m' } } }), 70);
  assert.equal(grace({ terminationGracePeriodSeconds: 300 }), 300);
});

test('probes ask what each is for', () => {
  const node = nodeOf(render({}));
  assert.equal(node.startupProbe.httpGet.path, '/startupz');
  assert.equal(node.livenessProbe.httpGet.path, '/livez');
  assert.equal(node.readinessProbe.httpGet.path, '/readyz');
  const plain = { tls: { enabled: true, existingSecret: 's' } };
  assert.equal(nodeOf(render(plain)).livenessProbe.httpGet.scheme, undefined, 'the admin port has no TLS');
  assert.equal(nodeOf(render({ ...plain, config: { admin: null } })).livenessProbe.httpGet.scheme, 'HTTPS');
});

test('pods roll for what they cannot reload, and for that alone', () => {
  const pod = (values) => podOf(render(values));
  const before = pod({});
  assert.deepEqual(pod({ config: { log: { level: 'debug' }, history: { max_age: '1h' } } }), before, 'reloaded');
  assert.notDeepEqual(pod({ config: { http: { threads: 2 } } }), before);
  const keyed = (secret) => pod({ secret });
  const set = keyed({ clusterSecret: 'a', gossipKey: '0123456789abcdef' });
  assert.deepEqual(keyed({ clusterSecret: 'a', gossipKey: 'fedcba9876543210' }), set, 'reloaded');
  assert.notDeepEqual(keyed({ clusterSecret: 'b', gossipKey: '0123456789abcdef' }), set);
});

test('drain times come by a roll alone, with the time to stop that is computed from them', () => {
  const given = (drain, more) => {
    const objects = render({ ...more, config: { drain } });
    const times = nodeOf(objects).env.filter((one) => one.name.startsWith('DRAIN_'));
    return { file: configOf(objects).drain, times: Object.fromEntries(times.map(({ name, value }) => [name, value])) };
  };
  const times = { DRAIN_DELAY: '5s', DRAIN_FLUSH: '5s', DRAIN_WINDOW: '1m' };
  assert.deepEqual(given({ window: '1m' }), { file: undefined, times }, 'a file would reach old pods');
  assert.deepEqual(given({ window: '1m' }, { terminationGracePeriodSeconds: 300 }), { file: undefined, times });
  const zero = given({ delay: 0, flush: '1s', window: '0s', retry: '3s' });
  const none = { DRAIN_DELAY: '0', DRAIN_FLUSH: '1s', DRAIN_WINDOW: '0s' };
  assert.deepEqual(zero, { file: { retry: '3s' }, times: none }, 'what the time to stop is not made of is reloaded');
});

test('what a pod tells of its address is what config says, else its own', () => {
  const variables = (values) => nodeOf(render(values)).env.map((one) => one.name);
  assert.ok(variables({}).includes('GOSSIP_ADVERTISE'));
  const given = { replicaCount: 1, config: { gossip: { advertise: '192.0.2.1' } } };
  assert.ok(!variables(given).includes('GOSSIP_ADVERTISE'), 'it would win');
  assert.equal(configOf(render(given)).gossip.advertise, '192.0.2.1');
});

test('a prefix that nodes do not know is taken away by the route', () => {
  const secret = { clusterSecret: 's' };
  const rule = (path) => {
    const objects = render({ secret, httpRoute: { enabled: true, parentRefs: [{ name: 'g' }], path } });
    return only(objects, 'HTTPRoute').spec.rules[0];
  };
  for (const path of ['/', '/subscribe', '/channel/news']) assert.equal(rule(path).filters, undefined, path);
  const [{ type, urlRewrite }] = rule('/events').filters;
  assert.equal(type, 'URLRewrite');
  assert.deepEqual(urlRewrite.path, { type: 'ReplacePrefixMatch', replacePrefixMatch: '/' });
});

test('what is reloaded is mounted so that it is renewed, and watched', () => {
  const objects = render({ secret: { clusterSecret: 'a' }, tls: { enabled: true, existingSecret: 's' } });
  const mounts = nodeOf(objects).volumeMounts;
  assert.ok(mounts.every((mount) => mount.subPath === undefined));
  assert.deepEqual(configOf(objects).reload.watch, mounts.map((mount) => mount.mountPath));
});

test('nodes check of each other the name and the authorities of the certificate', () => {
  const tls = { enabled: true, existingSecret: 's' };
  const { tls: own, relay } = configOf(render({ tls }));
  assert.deepEqual(own, { certificate: ['/etc/sse-cluster/tls/tls.crt'], key: ['/etc/sse-cluster/tls/tls.key'] });
  assert.deepEqual(relay, { ca_file: '/etc/sse-cluster/tls/ca.crt', server_name: 'my-sse-cluster.ns.svc' });
  const named = configOf(render({ tls: { ...tls, serverName: 'a.b', caFile: '/c' } })).relay;
  assert.deepEqual(named, { ca_file: '/c', server_name: 'a.b' });
});

test('streams pass the Ingress and the route unbuffered and without an end', () => {
  const objects = render({
    secret: { clusterSecret: 's' },
    ingress: { enabled: true, hosts: [{ host: 'a.b' }], annotations: { 'haproxy.org/timeout-server': '2h' } },
    httpRoute: { enabled: true, parentRefs: [{ name: 'g' }] },
  });
  const { annotations } = only(objects, 'Ingress').metadata;
  assert.equal(annotations['nginx.ingress.kubernetes.io/proxy-buffering'], 'off');
  assert.equal(annotations['nginx.ingress.kubernetes.io/proxy-read-timeout'], '3600');
  assert.equal(annotations['haproxy.org/timeout-server'], '2h', 'the user wins');
  assert.deepEqual(only(objects, 'HTTPRoute').spec.rules[0].timeouts, { request: '0s', backendRequest: '0s' });
});

test('plugins come from images and volumes, in folders that the node searches', () => {
  const objects = render({
    extraPlugins: [{ name: 'a', image: 'i:1' }, { name: 'b', volume: { emptyDir: {} } }],
    pluginConfig: { audit: { level: 3 } },
  });
  const config = configOf(objects);
  assert.deepEqual(config.plugins.path, [
    '/usr/local/lib/sse-cluster/plugins',
    '/var/lib/sse-cluster/plugins/a',
    '/var/lib/sse-cluster/plugins/b',
  ]);
  assert.deepEqual(config.audit, { level: 3 });
  assert.deepEqual(podOf(objects).spec.initContainers.map((one) => one.name), ['plugin-a']);
});

test('objects of the user are evaluated', () => {
  const objects = render(ready.find((path) => path.endsWith('extras-values.yaml')));
  assert.equal(only(objects, 'ConfigMap', 'my-sse-cluster-extra').data.a, 'b');
  assert.ok(only(objects, 'ConfigMap', 'my-text'));
});

test('names fit, however long the release', () => {
  const objects = render({ fullnameOverride: 'x'.repeat(80) });
  for (const { metadata } of objects) assert.ok(metadata.name.length <= 63, metadata.name);
  assert.ok(`${only(objects, 'StatefulSet').metadata.name}-0123456789`.length <= 63, 'with the revision in a label');
});

/** [kind, value that enables it, its file, what the object holds of it] */
const carried = [
  ['PrometheusRule', 'prometheusRule', 'files/alerts.yaml', (object) => YAML.stringify(object.spec.groups[0].name)],
  ['ConfigMap', 'dashboard', 'files/dashboard.json', (object) => JSON.parse(object.data['sse-cluster.json']).title],
];
for (const [kind, value, name, shown] of carried) {
  test(`${value} carries ${name}, and says so where the chart lacks it`, () => {
    const given = { [value]: { enabled: true, labels: { found: 'by-this' } } };
    if (!existsSync(join(folder, name))) return assert.ok(refusal(given).includes(name));
    const object = render(given).find((one) => one.kind === kind && one.metadata.labels.found === 'by-this');
    assert.ok(file(name).includes(shown(object).trim()));
  });
}
