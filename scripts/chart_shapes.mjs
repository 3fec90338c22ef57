// What each value of the chart may be, for values.schema.json. Objects take no other keys than these.

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
const probe = object({
  initialDelaySeconds: whole(0),
  periodSeconds: whole(1),
  timeoutSeconds: whole(1),
  failureThreshold: whole(1),
  successThreshold: whole(1),
  terminationGracePeriodSeconds: whole(1),
});
const secretRef = object({ name: string, key: string });
const patterns = listOf(string);

const properties = (config) => ({
  nameOverride: string,
  fullnameOverride: string,
  commonLabels: texts,
  commonAnnotations: texts,
  image: object({
    repository: { type: 'string', minLength: 1 },
    tag: string,
    digest: { type: 'string', pattern: '^(sha256:[0-9a-f]{64})?$' },
    pullPolicy: oneOf('Always', 'IfNotPresent', 'Never'),
  }),
  imagePullSecrets: listOf(object({ name: string }, ['name'])),
  replicaCount: whole(0, 1000),
  config,
  pluginConfig: foreign,
  secret: object({
    existingSecret: string,
    existingKeys: listOf({ type: 'string', pattern: '^[-._a-zA-Z0-9]+$' }),
    gossipKey: string,
    clusterSecret: string,
    tokens: listOf(
      object({ name: string, hash: string, publish: patterns, subscribe: patterns, admin: patterns, expires: {} }, [
        'name',
        'hash',
      ]),
    ),
    jwtSecret: string,
    jwtKey: string,
    files: { ...texts, propertyNames: { pattern: '^[-._a-zA-Z0-9]+$' } },
  }),
  tls: object({ enabled: boolean, existingSecret: string, serverName: string, caFile: string }),
  service: object({
    type: oneOf('ClusterIP', 'NodePort', 'LoadBalancer'),
    port,
    nodePort: orNull(port),
    annotations: texts,
    externalTrafficPolicy: oneOf('Cluster', 'Local'),
    extraSpec: foreign,
  }),
  adminService: object({ annotations: texts }),
  autoscaling: object({
    enabled: boolean,
    minReplicas: whole(1),
    maxReplicas: whole(1),
    targetCPUUtilizationPercentage: orNull(whole(1)),
    targetSubscribersPerPod: orNull(whole(1)),
    behavior: object({ scaleUp: foreign, scaleDown: foreign }),
  }),
  podDisruptionBudget: object({ enabled: boolean, maxUnavailable: numberOrPercent, minAvailable: numberOrPercent }),
  minReadySeconds: whole(0),
  terminationGracePeriodSeconds: orNull(whole(1)),
  preStopSleepSeconds: whole(0),
  updateStrategy: foreign,
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
  startupProbe: probe,
  livenessProbe: probe,
  readinessProbe: probe,
  serviceAccount: object({ create: boolean, name: string, annotations: texts }),
  networkPolicy: object({
    enabled: boolean,
    clients: anyList,
    monitoring: anyList,
    egress: object({ enabled: boolean, extra: anyList }),
  }),
  ingress: object({
    enabled: boolean,
    className: string,
    annotations: texts,
    hosts: listOf(
      object({
        host: string,
        paths: listOf(
          object({ path: string, pathType: oneOf('Prefix', 'Exact', 'ImplementationSpecific') }, ['path']),
        ),
      }),
    ),
    tls: listOf(object({ secretName: string, hosts: listOf(string) })),
  }),
  httpRoute: object({
    enabled: boolean,
    annotations: texts,
    parentRefs: anyList,
    hostnames: listOf(string),
    path: { type: 'string', pattern: '^/' },
  }),
  serviceMonitor: object({ enabled: boolean, interval: string, scrapeTimeout: string, labels: texts }),
  prometheusRule: object({ enabled: boolean, labels: texts }),
  dashboard: object({ enabled: boolean, labels: texts, annotations: texts }),
  extraPlugins: listOf(object({ name: named, image: string, command: listOf(string), volume: foreign }, ['name'])),
  extraEnv: listOf({ type: 'object', required: ['name'] }),
  extraEnvFrom: anyList,
  extraVolumes: listOf({ type: 'object', required: ['name'] }),
  extraVolumeMounts: listOf({ type: 'object', required: ['name', 'mountPath'] }),
  extraInitContainers: listOf({ type: 'object', required: ['name'] }),
  extraContainers: listOf({ type: 'object', required: ['name'] }),
  extraObjects: listOf({ type: ['object', 'string'] }),
  test: object({ enabled: boolean, tokenSecret: secretRef }),
  global: foreign,
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
    ...described(object(properties(config)), texts),
  }),
};
