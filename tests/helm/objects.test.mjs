// Objects that Kubernetes would refuse are refused by Helm.
import { refused, taken, unshapely } from './cases.mjs';

const secret = { clusterSecret: 'c' };
const ingress = (host, ...paths) => ({ secret, ingress: { enabled: true, hosts: [{ host, paths }] } });

unshapely({
  'a path without a slash': [ingress('a.b', { path: 'sse' }), '/ingress/hosts/0/paths/0/path'],
  'a host with a scheme': [ingress('https://a.b'), '/ingress/hosts/0/host'],
  'a host with a port': [ingress('a.b:80'), '/ingress/hosts/0/host'],
  'a host in capitals': [ingress('A.b'), '/ingress/hosts/0/host'],
  'a route for a host with a port': [
    { secret, httpRoute: { enabled: true, parentRefs: [{ name: 'g' }], hostnames: ['a.b:80'] } },
    '/httpRoute/hostnames/0',
  ],
  'a port of hosts out of range': [{ secret, service: { type: 'NodePort', nodePort: 80 } }, '/service/nodePort'],
  'a life that has to be proved twice': [{ livenessProbe: { successThreshold: 2 } }, '/livenessProbe/successThreshold'],
  'a start that has to be proved twice': [{ startupProbe: { successThreshold: 2 } }, '/startupProbe/successThreshold'],
  'a way of Deployments to be updated': [{ updateStrategy: { type: 'Recreate' } }, '/updateStrategy/type'],
});

refused({
  "a container of the chart's name": [
    { extraContainers: [{ name: 'sse-cluster', image: 'i' }] },
    /extraContainers: sse-cluster is a name of the chart's own/,
  ],
  'two containers of one name': [
    { extraContainers: [{ name: 'a', image: 'i' }], extraInitContainers: [{ name: 'a', image: 'i' }] },
    /extraInitContainers: two containers are called a/,
  ],
  'an init container named as that of a plugin': [
    { extraPlugins: [{ name: 'p', image: 'i' }], extraInitContainers: [{ name: 'plugin-p', image: 'i' }] },
    /extraInitContainers: plugin-p is a name of the chart's own/,
  ],
});

taken({
  'hosts and paths as they are': {
    ...ingress('*.example.org', { path: '/sse(/|$)(.*)', pathType: 'ImplementationSpecific' }),
    extraContainers: [{ name: 'a', image: 'i' }],
    readinessProbe: { successThreshold: 2 },
    updateStrategy: { type: 'OnDelete' },
  },
  'an Ingress for every host': { secret, ingress: { enabled: true, hosts: [{ paths: [{ path: '/' }] }] } },
});
