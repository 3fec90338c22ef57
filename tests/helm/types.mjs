// Whether an object is what the API server would take: types, required fields, and no field that nobody reads.

const core = (group) => ['kubernetes-models', `IoK8sApi${group}`];
const schemas = {
  v1: core('CoreV1'),
  'apps/v1': core('AppsV1'),
  'autoscaling/v2': core('AutoscalingV2'),
  'policy/v1': core('PolicyV1'),
  'networking.k8s.io/v1': core('NetworkingV1'),
  'gateway.networking.k8s.io/v1': ['@kubernetes-models/gateway-api', 'IoK8sSigsGatewayApiApisV1'],
  'gateway.networking.k8s.io/v1alpha3': ['@kubernetes-models/gateway-api', 'IoK8sSigsGatewayApiApisV1alpha3'],
  'monitoring.coreos.com/v1': [
    '@kubernetes-models/prometheus-operator',
    'ComGithubPrometheusOperatorPrometheusOperatorPkgApisMonitoringV1',
  ],
};

/** `value`, with a note of each property that somebody reads in `read`. */
function watched(value, read, path = '') {
  if (value === null || typeof value !== 'object') return value;
  return new Proxy(value, {
    get(target, key) {
      if (typeof key === 'symbol') return target[key];
      read.add(`${path}/${key}`);
      return watched(target[key], read, `${path}/${key}`);
    },
  });
}

function unread(value, read, path = '') {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const here = `${path}/${key}`;
    return read.has(here) ? unread(child, read, here) : [here];
  });
}

/** Problems of one object, as sentences. The validators read each property that the API knows, and no other. */
export async function problemsOf(object) {
  const known = schemas[object.apiVersion];
  if (!known) return [`${object.apiVersion} ${object.kind}: no such version is known`];
  const [from, prefix] = known;
  const { validate } = await import(`./node_modules/${from}/_schemas/${prefix}${object.kind}.js`);
  const name = `${object.kind} ${object.metadata?.name}`;
  const read = new Set();
  const wrong = validate(watched(object, read)) ? [] : validate.errors;
  return [
    ...wrong.map((error) => `${name}${error.instancePath}: ${error.message ?? JSON.stringify(error.params)}`),
    ...unread(object, read).map((path) => `${name}${path}: no such field`),
  ];
}
