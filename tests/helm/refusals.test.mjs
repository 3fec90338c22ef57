// Values that cannot work are refused with a sentence that names the value and says what to do.
import assert from 'node:assert/strict';
import test from 'node:test';
import { refused, taken, unshapely } from './cases.mjs';
import { file, folder, helmWith, kubernetes, refusal, values as defaults } from './chart.mjs';

const hash = (digit) => `sha256:${digit.repeat(64)}`;
const proof = { clusterSecret: 'c' };
const certificate = { enabled: true, existingSecret: 'certificate', serverName: 'a.b' };
/** Nodes that show each other certificates. */
const mutual = {
  client_certificate: '/etc/sse-cluster/tls/tls.crt',
  client_key: '/etc/sse-cluster/tls/tls.key',
  client_names: ['DNS:a.b'],
};
const gateway = { enabled: true, parentRefs: [{ name: 'g' }] };
const ingress = { enabled: true, hosts: [{ host: 'a.b' }] };
const webhook = { auth: ['webhook'], webhook: { url: 'https://a.b/' } };
const hpa = (more) => ({ autoscaling: { enabled: true, ...more } });

refused({
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
  ...Object.fromEntries(
    ['HTTP_ADDRESS', 'ADMIN_ADDRESS', 'GOSSIP_ADVERTISE', 'GOSSIP_HOSTS', 'AUTH', 'HISTORY_BUDGET'].map((name) => [
      `${name} by a variable`,
      [{ extraEnv: [{ name, value: 'x' }] }, new RegExp(`extraEnv: ${name} would win.*say it in config`)],
    ]),
  ),
  'own plugin folders': [{ config: { plugins: { path: '/p' } } }, /config\.plugins\.path: .*extraPlugins/],
  'a gossip key in the ConfigMap': [{ config: { gossip: { secret_key: 'k' } } }, /say secret\.gossipKey/],
  'a secret in the ConfigMap': [{ config: { cluster: { secret: 'k' } } }, /say secret\.clusterSecret/],
  'a secret of the webhook in the ConfigMap': [
    { config: { webhook: { secret: 'k' } } },
    /config\.webhook\.secret: .*secret\.files.*config\.webhook\.secret_file/,
  ],
  'a gossip key of a wrong length': [{ secret: { gossipKey: 'short' } }, /16, 24 or 32 bytes.*has 5/],
  'a gossip key behind a blank': [
    { secret: { gossipKey: '0123456789abcdef, fedcba9876543210' } },
    /secret\.gossipKey: .*without blanks around the comma; number 2 has 17/,
  ],
  'a gossip key of base64 that is none': [{ secret: { gossipKey: 'base64:short' } }, /secret\.gossipKey: .*number 1/],
  'a JWT secret that is short': [
    { config: { auth: ['jwt'] }, secret: { ...proof, jwtSecret: 'x'.repeat(31) } },
    /secret\.jwtSecret: expected at least 32 bytes for HS256, got 31/,
  ],
  'a JWT secret that is short for its hash': [
    { config: { auth: ['jwt'], jwt: { algorithm: 'HS512' } }, secret: { ...proof, jwtSecret: 'x'.repeat(63) } },
    /at least 64 bytes for HS512, got 63/,
  ],
  'tokens that nobody reads': [
    { secret: { tokens: [{ name: 'a', hash: hash('0') }] } },
    /secret\.tokens: .*say config\.auth: \[token\]/,
  ],
  'a JWT secret that nobody reads': [
    { secret: { jwtSecret: 'x'.repeat(32) } },
    /secret\.jwtSecret: .*say config\.auth: \[jwt\]/,
  ],
  'a JWT key that nobody reads': [{ secret: { jwtKey: 'PEM' } }, /secret\.jwtKey: .*say config\.auth: \[jwt\]/],
  'keys of another Secret that nobody reads': [
    { secret: { existingSecret: 's', existingKeys: ['tokens.json', 'jwt.pem'] } },
    /secret\.existingKeys: .*jwt\.pem[^]*secret\.existingKeys: .*tokens\.json/,
  ],
  'one token twice': [
    {
      config: { auth: ['token'] },
      secret: { ...proof, tokens: ['a', 'b'].map((name) => ({ name, hash: hash('0') })) },
    },
    /secret\.tokens: b has the token or certificate of a row before/,
  ],
  'a secret by pluginConfig': [
    { pluginConfig: { cluster: { secret: 'k' }, 'gossip.secret_key': 'k' }, extraPlugins: [{ name: 'p', image: 'i' }] },
    /pluginConfig\.cluster: .*say it in config[^]*pluginConfig\.gossip\.secret_key/,
  ],
  'configuration of no plugin': [{ pluginConfig: { nobody: {} } }, /pluginConfig: .*bring one by extraPlugins/],
  'clients by token, nodes by nothing': [
    { config: { auth: ['token'] }, secret: { tokens: [{ name: 'a', hash: hash('0') }] } },
    /config\.auth: without open.*say secret\.clusterSecret/,
  ],
  'the same of many nodes later': [
    { replicaCount: 1, ...hpa({ minReplicas: 1 }), config: webhook },
    /config\.auth: without open/,
  ],
  'nodes that show certificates to who asks for none': [
    { tls: certificate, config: { ...webhook, relay: { ...mutual, client_names: [] } } },
    /config\.auth: without open/,
  ],
  'nodes that are asked for certificates and may link without TLS': [
    { tls: certificate, config: { ...webhook, relay: { ...mutual, tls: 'prefer' } } },
    /config\.auth: without open/,
  ],
  'the relay behind an Ingress and a route': [
    { ingress, httpRoute: gateway },
    /ingress\.enabled, httpRoute\.enabled: leads to the relay too.*say secret\.clusterSecret/,
  ],
  'the relay at a balancer': [{ service: { type: 'LoadBalancer' } }, /service\.type: LoadBalancer: leads to the relay/],
  'the relay at a port of hosts': [{ service: { type: 'NodePort' } }, /service\.type: NodePort: leads to the relay/],
  'an address that is none': [{ config: { http: { address: 'localhost' } } }, /config\.http\.address: .*numeric/],
  'an admin address that is none': [{ config: { admin: { address: '1.2.3' } } }, /config\.admin\.address: .*numeric/],
  'a gossip address that is none': [{ config: { gossip: { bind: 'eth0' } } }, /config\.gossip\.bind: .*numeric/],
  'gossip on loopback': [{ config: { gossip: { bind: '127.0.0.1' } } }, /config\.gossip\.bind: nothing outside/],
  'one gossip address for all pods': [
    { config: { gossip: { advertise: '192.0.2.1' } } },
    /config\.gossip\.advertise: the same for all pods/,
  ],
  'a key of TLS alone': [{ config: { tls: { key: ['/k'] } } }, /config\.tls\.key: made from tls\.existingSecret/],
  'a key of TLS beside that of the Secret': [
    { tls: certificate, config: { tls: { key: ['/k'] } } },
    /config\.tls\.key: made from tls\.existingSecret/,
  ],
  'certificates of clients without TLS': [
    { config: { tls: { client_ca: ['/c'] } } },
    /config\.tls\.client_ca: .*say tls\.enabled/,
  ],
  'a client certificate without its key': [
    { config: { relay: { client_certificate: '/c' } } },
    /config\.relay\.client_key: .*say both/,
  ],
  'a client key without its certificate': [
    { config: { relay: { client_key: '/k' } } },
    /config\.relay\.client_certificate: .*say both/,
  ],
  'a webhook that is no page': [
    { config: { auth: ['webhook'], webhook: { url: 'ftp://a.b' } }, secret: proof },
    /config\.webhook\.url: expected an http or https URL/,
  ],
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
  'two plugins of one name': [
    { extraPlugins: [{ name: 'p', image: 'i' }, { name: 'p', image: 'j' }] },
    /extraPlugins: two are called p/,
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
  'half of one pod always there': [
    { replicaCount: 1, podDisruptionBudget: { maxUnavailable: null, minAvailable: '50%' } },
    /minAvailable: 50% of 1 pods/,
  ],
  'less memory than history, as a number': [
    { resources: { limits: { memory: 104857600 } } },
    /config\.history\.budget, 256MiB/,
  ],
  'less memory than history, as a fraction': [
    { resources: { limits: { memory: '0.1Gi' } } },
    /config\.history\.budget, 256MiB/,
  ],
  'less memory than a history of bytes': [
    { resources: { limits: { memory: '300Mi' } }, config: { history: { budget: 536870912 } } },
    /config\.history\.budget, 536870912 B/,
  ],
  'less memory than history': [
    { resources: { limits: { memory: '512Mi' } }, config: { history: { budget: '1GiB' } } },
    /resources\.limits\.memory: .*config\.history\.budget, 1GiB/,
  ],
  'less memory than history and a node': [
    { resources: { limits: { memory: '305Mi' } } },
    /resources\.limits\.memory: .*config\.history\.budget, 256MiB, and a node 50 MiB/,
  ],
  'too little time to drain': [{ terminationGracePeriodSeconds: 20 }, /20 s is less than the 40 s/],
  'an impatient startup probe': [
    { config: { cluster: { start_timeout: '5m' } } },
    /startupProbe: gives up after 120 s, before config\.cluster\.start_timeout/,
  ],
  'an Ingress without hosts': [{ ingress: { enabled: true } }, /ingress\.hosts: say at least one/],
  'a route without a gateway': [{ httpRoute: { enabled: true } }, /httpRoute\.parentRefs: say at least one/],
  'a node port of a ClusterIP': [{ service: { nodePort: 30000 } }, /say type NodePort/],
  'another selector': [{ service: { extraSpec: { selector: {} } } }, /service\.extraSpec\.selector: .*leave it out/],
  'another type': [{ service: { extraSpec: { type: 'NodePort' } } }, /service\.extraSpec\.type: .*say service\.type/],
  'other ports': [{ service: { extraSpec: { ports: [] } } }, /service\.extraSpec\.ports: .*say service\.port/],
  'a webhook that pods cannot reach': [
    { networkPolicy: { egress: { enabled: true } }, config: webhook, secret: proof },
    /networkPolicy\.egress\.extra: lets nobody reach config\.webhook\.url/,
  ],
  'keys that pods cannot reach': [
    { networkPolicy: { egress: { enabled: true } }, config: { auth: 'jwt,open', jwt: { jwks: 'https://a.b/' } } },
    /networkPolicy\.egress\.extra: lets nobody reach config\.jwt\.jwks/,
  ],
  'a scrape longer than its interval': [
    { serviceMonitor: { enabled: true, interval: '1m', scrapeTimeout: '61s' } },
    /serviceMonitor\.scrapeTimeout: 61s is longer than the interval, 1m/,
  ],
  'metrics behind a wall': [
    { serviceMonitor: { enabled: true }, networkPolicy: { monitoring: [] } },
    /networkPolicy\.monitoring: .*say where Prometheus is/,
  ],
  'alerts without an admin port': [
    { prometheusRule: { enabled: true }, config: { admin: null } },
    /prometheusRule\.enabled: .*say config\.admin\.port/,
  ],
  "a volume of the chart's name": [
    { extraVolumes: [{ name: 'config', emptyDir: {} }] },
    /extraVolumes: config is a name of the chart's own/,
  ],
  'another checksum': [{ podAnnotations: { 'checksum/config': 'x' } }, /podAnnotations: checksum\/config is the/],
  'a name that no Service may have': [{ fullnameOverride: 'my.events' }, /fullnameOverride: "my\.events" is no name/],
  'a name that no label may have': [{ nameOverride: '-x' }, /nameOverride: "-x" is no value of a label/],
  'a label by which objects are found': [
    { commonLabels: { 'app.kubernetes.io/name': 'x' } },
    /commonLabels: app\.kubernetes\.io\/name is the chart's/,
  ],
  'a label of pods by which they are found': [
    { podLabels: { 'app.kubernetes.io/instance': 'x' } },
    /podLabels: app\.kubernetes\.io\/instance is the chart's/,
  ],
  'metrics without an admin port': [
    { serviceMonitor: { enabled: true }, config: { admin: null } },
    /say config\.admin\.port/,
  ],
});

test('all contradictions are told at once', () => {
  const said = refusal({ config: { node: { name: 'a' } }, tls: { enabled: true }, ingress: { enabled: true } });
  assert.equal(said.match(/^ {2}- /gm).length, 4, said);
});

test('a release whose name no Service may have is refused', () => {
  for (const release of ['my.events', '1st']) {
    const { stderr } = helmWith(['template', release, folder, ...kubernetes]);
    assert.ok(stderr.includes(`fullnameOverride: "${release}-sse-cluster" is no name of a Service`), stderr);
  }
});

const key = '0123456789abcdef';
const base64 = (text) => Buffer.from(text).toString('base64');
// What looks like one of the above and works.
taken({
  'a raw key with blanks': { secret: { gossipKey: '0123 56 89 bcdef' } },
  'keys in every form': {
    secret: {
      gossipKey: [key, `raw:${key}`, base64(key), base64(key.repeat(2)), `base64:${base64(key)}`].join(),
    },
  },
  'a long JWT secret': { config: { auth: 'jwt' }, secret: { ...proof, jwtSecret: 'x'.repeat(32) } },
  'rows for tokens and for certificates': {
    config: { auth: 'token' },
    secret: {
      ...proof,
      tokens: [
        { name: 'a', hash: hash('0'), publish: ['*'] },
        { name: 'b', certificate: 'DNS:b.example.org', subscribe: ['*'], expires: '2037-01-31T12:00:00Z' },
      ],
    },
  },
  'clients by token and one node': { replicaCount: 1, config: webhook },
  'nodes that prove themselves by certificates': {
    tls: certificate,
    config: { ...webhook, tls: { client_ca: ['/etc/sse-cluster/tls/ca.crt'] }, relay: mutual },
    ingress,
  },
  'nodes that prove themselves by a Secret of yours': {
    config: webhook,
    secret: { existingSecret: 's', existingKeys: ['cluster-secret'] },
    service: { type: 'NodePort', nodePort: 30080 },
  },
  'addresses of both families': { config: { http: { address: '::ffff:10.0.0.1' }, admin: { address: 'fd00::1:2' } } },
  'options of auth without its list': { config: { auth: { cookie: 'session' } } },
  'memory for history and a node': { resources: { limits: { memory: '306Mi' } } },
  'memory as a number': { resources: { limits: { memory: 536870912 } } },
  'memory as a fraction': { resources: { limits: { memory: '0.5Gi' } } },
});

unshapely({
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
  'a token with a hash that is none': [{ secret: { tokens: [{ name: 'a', hash: 'h' }] } }, '/secret/tokens/0/hash'],
  'a row of a token and a certificate': [
    { secret: { tokens: [{ name: 'a', hash: hash('0'), certificate: 'DNS:a' }] } },
    '/secret/tokens/0',
  ],
  'half a Secret of the test': [{ test: { tokenSecret: { name: 's' } } }, 'key'],
  'a time that Prometheus does not know': [{ serviceMonitor: { interval: 'often' } }, '/serviceMonitor/interval'],
});

const { properties } = JSON.parse(file('values.schema.json'));
const sections = Object.keys(properties).filter((key) => key !== 'config' && properties[key].required);
/** Keys of values.yaml whose default is one, by their dots, with the values that take it away. */
function* emptied() {
  for (const [key, value] of Object.entries(defaults)) {
    if (value !== null) yield [key, { [key]: null }];
    if (!sections.includes(key)) continue;
    for (const [inner, one] of Object.entries(value)) if (one !== null) yield [inner, { [key]: { [inner]: null } }];
  }
  yield ['extra', { networkPolicy: { egress: { extra: null } } }];
}

test('a key with nothing behind it is named, where that is no value', () => {
  const optional = ['targetCPUUtilizationPercentage', 'maxUnavailable'];
  for (const [key, values] of emptied()) {
    if (optional.includes(key)) continue;
    const said = refusal(values);
    assert.match(said, new RegExp(`missing propert(y|ies) .*'${key}'`), JSON.stringify(values));
  }
});
