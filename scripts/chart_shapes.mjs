// What each value of the chart may be, for values.schema.json. Objects take no other keys than these, and sections of
// values.yaml need all that cannot be null: a key with nothing behind it would take the default away.

const string = { type: 'string' };
const boolean = { type: 'boolean' };
const whole = (minimum, maximum) => ({ type: 'integer', minimum, ...(maximum && { maximum }) });
const port = whole(1, 65535);
const oneOf = (...values) => ({ enum: values });
const orNull = (shape) => ({ ...shape, type: [shape.type, 'null'] });
const numberOrPercent = { anyOf: [whole(0), { type: 'string', pattern: '^(100|[0-9]{1,2})%$' }, { type: 'null' }] };
const listOf = (items) => ({ type: 'array', items });
const anyList = listOf({ type: 'object' });
/** Names to text, as of labels. */
const texts = { type: 'object', additionalProperties: string };
/** An object of Kubernetes' own, which its API server checks. */
const foreign = { type: 'object' };
const named = { type: 'string', pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' };
const object = (properties, required) => ({
  type: 'object',
  properties,
  additionalProperties: false,
  ...(required && { required }),
});
const nullable = ({ type, anyOf = [] }) => [type, ...anyOf.map((one) => one.type)].flat().includes('null');
/** A part of values.yaml, each of whose keys has a default there. */
const section = (properties) =>
  object(properties, Object.keys(properties).filter((key) => !nullable(properties[key])));
const probe = object({
  initialDelaySeconds: whole(0),
  periodSeconds: whole(1),
  timeoutSeconds: whole(1),
  failureThreshold: whole(1),
  successThreshold: whole(1),
  terminationGracePeriodSeconds: whole(1),
});
/** One that Kubernetes lets succeed once alone. */
const lasting = { ...probe, properties: { ...probe.properties, successThreshold: { const: 1 } } };
const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
/** The name of a host as Ingress and HTTPRoute take it: in lower case, perhaps with * in front. */
const host = { type: 'string', pattern: `^((\\*\\.)?${label}(\\.${label})*)?$` };
const absolute = { type: 'string', pattern: '^/' };
/** Both members, or neither. */
const secretRef = { ...object({ name: string, key: string }), dependencies: { name: ['key'], key: ['name'] } };
const patterns = listOf(string);
/** One row of a token file, as plugins/auth/token/README.md says. */
const token = {
  ...object(
    {
      name: { type: 'string', minLength: 1, maxLength: 256 },
      hash: { type: 'string', pattern: '^sha256:[0-9a-fA-F]{64}$' },
      certificate: { type: 'string', pattern: '^((DNS|URI|email|IP):.+|[^=]+=.*)$' },
      publish: patterns,
      subscribe: patterns,
      admin: patterns,
      expires: { type: ['string', 'null'], pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$' },
    },
    ['name'],
  ),
  oneOf: [{ required: ['hash'] }, { required: ['certificate'] }],
};
/** A time as Prometheus writes it. */
const time = { type: 'string', pattern: '^([0-9]+(ms|[smhdwy]))+$' };

const properties = (config) => ({
  nameOverride: string,
  fullnameOverride: string,
  commonLabels: texts,
  commonAnnotations: texts,
  image: section({
    repository: { type: 'string', minLength: 1 },
    tag: string,
    digest: { type: 'string', pattern: '^(sha256:[0-9a-f]{64})?$' },
    pullPolicy: oneOf('Always', 'IfNotPresent', 'Never'),
  }),
  imagePullSecrets: listOf(object({ name: string }, ['name'])),
  replicaCount: whole(0, 1000),
  config,
  pluginConfig: foreign,
  secret: section({
    existingSecret: string,
    existingKeys: listOf({ type: 'string', pattern: '^[-._a-zA-Z0-9]+$' }),
    gossipKey: string,
    clusterSecret: string,
    tokens: listOf(token),
    jwtSecret: string,
    jwtKey: string,
    files: { ...texts, propertyNames: { pattern: '^[-._a-zA-Z0-9]+$' } },
  }),
  tls: section({
    enabled: boolean,
    existingSecret: string,
    serverName: string,
    caFile: { type: 'string', pattern: '^(/.*)?$' },
  }),
  service: section({
    type: oneOf('ClusterIP', 'NodePort', 'LoadBalancer'),
    port,
    nodePort: orNull(whole(1024, 65535)),
    annotations: texts,
    externalTrafficPolicy: oneOf('Cluster', 'Local'),
    extraSpec: foreign,
  }),
  adminService: section({ annotations: texts }),
  autoscaling: section({
    enabled: boolean,
    minReplicas: whole(1),
    maxReplicas: whole(1),
    targetCPUUtilizationPercentage: orNull(whole(1)),
    targetSubscribersPerPod: orNull(whole(1)),
    behavior: object({ scaleUp: foreign, scaleDown: foreign }),
  }),
  podDisruptionBudget: section({ enabled: boolean, maxUnavailable: numberOrPercent, minAvailable: numberOrPercent }),
  minReadySeconds: whole(0),
  terminationGracePeriodSeconds: orNull(whole(1)),
  preStopSleepSeconds: whole(0),
  updateStrategy: object({ type: oneOf('RollingUpdate', 'OnDelete'), rollingUpdate: foreign }),
  topologySpreadConstraints: anyList,
  affinity: foreign,
  nodeSelector: texts,
  tolerations: anyList,
  priorityClassName: string,
  runtimeClassName: string,
  podAnnotations: texts,
  podLabels: texts,
  podSecurityContext: foreign,
  securityContext: foreign,
  resources: object({ requests: foreign, limits: foreign, claims: anyList }),
  startupProbe: lasting,
  livenessProbe: lasting,
  readinessProbe: probe,
  serviceAccount: section({ create: boolean, name: string, annotations: texts }),
  networkPolicy: section({
    enabled: boolean,
    clients: anyList,
    monitoring: anyList,
    egress: section({ enabled: boolean, extra: anyList }),
  }),
  ingress: section({
    enabled: boolean,
    className: string,
    annotations: texts,
    hosts: listOf(
      object({
        host,
        paths: listOf(
          object({ path: absolute, pathType: oneOf('Prefix', 'Exact', 'ImplementationSpecific') }, ['path']),
        ),
      }),
    ),
    tls: listOf(object({ secretName: string, hosts: listOf(string) })),
  }),
  httpRoute: section({
    enabled: boolean,
    annotations: texts,
    parentRefs: anyList,
    hostnames: listOf(host),
    path: absolute,
    caCertificateRefs: listOf(object({ group: string, kind: string, name: string }, ['name'])),
  }),
  serviceMonitor: section({ enabled: boolean, interval: time, scrapeTimeout: time, labels: texts }),
  prometheusRule: section({ enabled: boolean, labels: texts }),
  dashboard: section({ enabled: boolean, labels: texts, annotations: texts }),
  extraPlugins: listOf(object({ name: named, image: string, command: listOf(string), volume: foreign }, ['name'])),
  extraEnv: listOf({ type: 'object', required: ['name'] }),
  extraEnvFrom: anyList,
  extraVolumes: listOf({ type: 'object', required: ['name'] }),
  extraVolumeMounts: listOf({ type: 'object', required: ['name', 'mountPath'] }),
  extraInitContainers: listOf({ type: 'object', required: ['name'] }),
  extraContainers: listOf({ type: 'object', required: ['name'] }),
  extraObjects: listOf({ type: ['object', 'string'] }),
  test: section({ enabled: boolean, tokenSecret: secretRef }),
  global: orNull(foreign), // Helm's, which has no default
});

/** Puts the comments of values.yaml to the values that they stand above. */
function described(schema, texts, path = '') {
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    const here = path === '' ? key : `${path}.${key}`;
    if (here !== 'config') schema.properties[key] = described({ ...child }, texts, here);
    if (texts[here]) schema.properties[key].description ??= texts[here];
  }
  return schema;
}

export const shapes = {
  /** Values with a comment whose children have comments of their own. */
  nested: ['config'],
  schema: (config, texts) => ({
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'values of the chart sse-cluster',
    ...described(section(properties(config)), texts),
  }),
};
