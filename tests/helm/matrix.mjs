// Values that go together, beyond the ready-made ones: each pair of choices that templates branch on.

const proof = [{ name: 'CLUSTER_SECRET', valueFrom: { secretKeyRef: { name: 'keys', key: 'cluster-secret' } } }];

/** Single choices, by kind and name. */
export const choices = {
  discovery: { gossip: {}, dns: { config: { discovery: 'dns' } }, both: { config: { discovery: ['gossip', 'dns'] } } },
  ports: { two: {}, one: { config: { admin: null } } },
  scale: { fixed: {}, hpa: { autoscaling: { enabled: true, targetSubscribersPerPod: 1000 } } },
  network: {
    open: { networkPolicy: { enabled: false } },
    closed: {
      networkPolicy: {
        clients: [{ podSelector: {} }],
        egress: { enabled: true, extra: [{ ports: [{ port: 443, protocol: 'TCP' }] }] },
      },
    },
  },
  tls: { plain: {}, tls: { tls: { enabled: true, existingSecret: 'certificate' } } },
  access: {
    none: {},
    token: {
      config: { auth: ['token'] },
      secret: { tokens: [{ name: 'a', hash: `sha256:${'0'.repeat(64)}`, publish: ['*'] }] },
      extraEnv: proof,
      test: { tokenSecret: { name: 'test', key: 'token' } },
    },
    webhook: {
      config: { auth: ['webhook'], webhook: { url: 'https://login.example.org/sse' } },
      extraEnv: proof,
    },
    jwt: { config: { auth: 'jwt,open' }, secret: { existingSecret: 'keys', existingKeys: ['jwt.pem'] } },
  },
  routes: {
    none: {},
    all: {
      extraEnv: proof,
      service: { type: 'LoadBalancer', extraSpec: { loadBalancerClass: 'x' } },
      ingress: { enabled: true, hosts: [{ host: 'a.example.org' }] },
      httpRoute: {
        enabled: true,
        parentRefs: [{ name: 'g' }],
        path: '/events',
        caCertificateRefs: [{ name: 'authorities' }],
      },
    },
  },
};

function merge(under, over) {
  const result = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const both = [under[key], value].every((one) => one && typeof one === 'object' && !Array.isArray(one));
    result[key] = both ? merge(under[key], value) : value;
  }
  return result;
}

/** Every two choices of different kinds together, by name. */
export const matrix = {};
const kinds = Object.entries(choices);
for (const [i, [, left]] of kinds.entries()) {
  for (const [, right] of kinds.slice(i + 1)) {
    for (const [a, one] of Object.entries(left)) {
      for (const [b, other] of Object.entries(right)) matrix[`${a} and ${b}`] = merge(one, other);
    }
  }
}
