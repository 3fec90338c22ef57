// Values that cannot work are refused with a sentence that names the value and says what to do.
import assert from 'node:assert/strict';
import test from 'node:test';
import { refusal } from './chart.mjs';

const hpa = (more) => ({ autoscaling: { enabled: true, ...more } });

/** [values, what the message holds] */
const contradictions = {
  'one name for all pods': [{ config: { node: { name: 'a' } } }, /config\.node\.name: .*leave it out/],
  'one port for two': [{ config: { admin: { port: 8080 } } }, /config\.admin\.port: 8080 is config\.http\.port/],
  'gossip on the port of HTTP': [{ config: { gossip: { port: 8080 } } }, /config\.gossip\.port: 8080 is taken/],
  'no port': [{ config: { http: { port: 0 } } }, /config\.http\.port: 0/],
  'an old name': [{ config: { http: { server: { port: 1 } } } }, /say config\.http\.port/],
  loopback: [{ config: { http: { address: '127.0.0.1' } } }, /config\.http\.address: .*say 0\.0\.0\.0/],
  'an admin port on loopback': [{ config: { admin: { address: null } } }, /config\.admin\.address: .*127\.0\.0\.1/],
  'hosts without hosts': [{ config: { discovery: 'hosts' } }, /config\.discovery: hosts needs/],
  'no discovery': [{ config: { discovery: [] } }, /config\.discovery: .*say gossip or dns/],
  'a discovery that nobody knows': [{ config: { discovery: 'gosip' } }, /config\.discovery: no plugin "gosip"/],
  'an auth that nobody knows': [{ config: { auth: ['tokens'] } }, /config\.auth: no plugin "tokens"/],
  'a transport that nobody knows': [{ config: { transport: 'nats' } }, /config\.transport: no plugin "nats"/],
  'a port by a variable': [{ extraEnv: [{ name: 'HTTP_PORT', value: '1' }] }, /extraEnv: HTTP_PORT would win/],
  'a drain by a variable': [{ extraEnv: [{ name: 'DRAIN_WINDOW', value: '9m' }] }, /extraEnv: DRAIN_WINDOW would win/],
  'own plugin folders': [{ config: { plugins: { path: '/p' } } }, /config\.plugins\.path: .*extraPlugins/],
  'a gossip key in the ConfigMap': [{ config: { gossip: { secret_key: 'k' } } }, /say secret\.gossipKey/],
  'a secret in the ConfigMap': [{ config: { cluster: { secret: 'k' } } }, /say secret\.clusterSecret/],
  'a secret of the webhook in the ConfigMap': [
    { config: { webhook: { secret: 'k' } } },
    /config\.webhook\.secret: .*secret\.files.*config\.webhook\.secret_file/,
  ],
  'a gossip key of a wrong length': [{ secret: { gossipKey: 'short' } }, /16, 24 or 32 bytes.*has 5/],
  'two sources of secrets': [
    { secret: { existingSecret: 's', existingKeys: ['gossip-key'], clusterSecret: 'c' } },
    /existingSecret "s" and values for cluster-secret/,
  ],
  'a Secret of unknown keys': [{ secret: { existingSecret: 's' } }, /secret\.existingKeys: say which keys/],
  'keys of no Secret': [{ secret: { existingKeys: ['gossip-key'] } }, /secret\.existingSecret: say which/],
  'token without tokens': [{ config: { auth: ['token'] } }, /token needs tokens; say secret\.tokens/],
  'jwt without keys': [{ config: { auth: 'jwt,open' } }, /jwt needs keys/],
  'webhook without a URL': [{ config: { auth: ['webhook'] } }, /webhook needs config\.webhook\.url/],
  'TLS without a certificate': [{ tls: { enabled: true } }, /tls\.existingSecret: say which/],
  'a certificate without TLS': [{ tls: { existingSecret: 'c' } }, /tls\.enabled: false/],
  'a plugin from nowhere': [{ extraPlugins: [{ name: 'p' }] }, /extraPlugins: p needs an image or a volume/],
  'a plugin from two places': [
    { extraPlugins: [{ name: 'p', image: 'i', volume: { emptyDir: {} } }] },
    /extraPlugins: p has an image and a volume/,
  ],
  'fewest above most': [hpa({ minReplicas: 11 }), /minReplicas: 11 is more than maxReplicas, 10/],
  'nothing to scale by': [hpa({ targetCPUUtilizationPercentage: null }), /nothing to scale by/],
  'a share of nothing': [{ ...hpa({}), resources: { requests: { cpu: null } } }, /resources\.requests\.cpu/],
  'both bounds of disruption': [{ podDisruptionBudget: { minAvailable: 1 } }, /minAvailable and maxUnavailable/],
  'no disruption ever': [{ podDisruptionBudget: { maxUnavailable: 0 } }, /lets nobody drain a host/],
  'all pods always there': [
    { podDisruptionBudget: { maxUnavailable: null, minAvailable: 3 } },
    /minAvailable: 3 of 3 pods/,
  ],
  'less memory than history': [
    { resources: { limits: { memory: '512Mi' } }, config: { history: { budget: '1GiB' } } },
    /resources\.limits\.memory: .*config\.history\.budget, 1GiB/,
  ],
  'too little time to drain': [{ terminationGracePeriodSeconds: 20 }, /20 s is less than the 40 s/],
  'an impatient startup probe': [
    { config: { cluster: { start_timeout: '5m' } } },
    /startupProbe: gives up after 120 s, before config\.cluster\.start_timeout/,
  ],
  'an Ingress without hosts': [{ ingress: { enabled: true } }, /ingress\.hosts: say at least one/],
  'a route without a gateway': [{ httpRoute: { enabled: true } }, /httpRoute\.parentRefs: say at least one/],
  'a node port of a ClusterIP': [{ service: { nodePort: 30000 } }, /say type NodePort/],
  'metrics without an admin port': [
    { serviceMonitor: { enabled: true }, config: { admin: null } },
    /say config\.admin\.port/,
  ],
};
for (const [name, [values, expected]] of Object.entries(contradictions)) {
  test(`refused: ${name}`, () => assert.match(refusal(values), expected));
}

test('all contradictions are told at once', () => {
  const said = refusal({ config: { node: { name: 'a' } }, tls: { enabled: true }, ingress: { enabled: true } });
  assert.equal(said.match(/^ {2}- /gm).length, 3, said);
});

/** [values, place, what the schema says] */
const mistakes = {
  'an unknown value': [{ replicas: 3 }, 'replicas'],
  'an unknown value further down': [{ image: { repo: 'x' } }, 'repo'],
  'a wrong type': [{ replicaCount: 'three' }, '/replicaCount'],
  'an unknown option': [{ config: { http: { prot: 80 } } }, 'prot'],
  'an option of a wrong type': [{ config: { http: { port: '80' } } }, '/config/http/port'],
  'a duration without a unit': [{ config: { drain: { window: '20' } } }, '/config/drain/window'],
  'a port out of range': [{ service: { port: 70000 } }, '/service/port'],
  'a digest that is none': [{ image: { digest: 'latest' } }, '/image/digest'],
  'a policy that Kubernetes does not know': [{ image: { pullPolicy: 'Sometimes' } }, '/image/pullPolicy'],
  'a token without its hash': [{ secret: { tokens: [{ name: 'a' }] } }, 'hash'],
};
for (const [name, [values, place]] of Object.entries(mistakes)) {
  test(`refused by the schema: ${name}`, () => {
    const said = refusal(values);
    assert.match(said, /don't meet the specifications of the schema/);
    assert.ok(said.includes(place), said);
  });
}
