// What proves nodes to each other, and where secrets may stand.
import assert from 'node:assert/strict';
import test from 'node:test';
import { file, refusal } from './chart.mjs';
import { refused, taken } from './cases.mjs';

const webhook = { auth: ['webhook'], webhook: { url: 'https://a.b/' } };
const from = (name) => ({ name, valueFrom: { secretKeyRef: { name: 'keys', key: 'k' } } });

test('no variable of a secret is written into the StatefulSet', () => {
  const names = file('files/secrets.txt').trim().split('\n').map((line) => line.split(' ')[0]);
  for (const known of ['CLUSTER_SECRET', 'GOSSIP_SECRET_KEY', 'GOSSIP_SECRETKEY', 'JWT_SECRET', 'WEBHOOK_SECRET'])
    assert.ok(names.includes(known), known);
  const said = refusal({ extraEnv: names.map((name) => ({ name, value: 'hunter2' })) });
  for (const name of names) assert.match(said, new RegExp(`extraEnv: ${name} .*readable.*say valueFrom`));
  assert.doesNotMatch(said, /hunter2/);
});

const tls = { enabled: true, existingSecret: 'certificate', serverName: 'a.b' };
const asked = { client_ca: ['/etc/sse-cluster/tls/ca.crt'] };
const mutual = {
  client_certificate: '/etc/sse-cluster/tls/tls.crt',
  client_key: '/etc/sse-cluster/tls/tls.key',
  client_names: ['DNS:a.b'],
};
const ingress = { enabled: true, hosts: [{ host: 'a.b' }] };

refused({
  'links by TLS to ports without': [{ config: { relay: { tls: 'on' } } }, /config\.relay\.tls: on.*say tls\.enabled/],
  'links by TLS to ports without, as proof': [
    { config: { relay: { tls: 'on', client_names: ['DNS:a'] } }, ingress },
    /config\.relay\.tls: on[^]*config\.relay\.client_names: .*say tls\.enabled[^]*ingress\.enabled: leads to the relay/,
  ],
  'plain links to ports by TLS': [
    { tls, config: { relay: { tls: 'off' } } },
    /config\.relay\.tls: off.*leave it out/,
  ],
  'a gateway that does not know by whom to check pods': [
    { tls, secret: { clusterSecret: 'c' }, httpRoute: { enabled: true, parentRefs: [{ name: 'g' }] } },
    /httpRoute\.caCertificateRefs: .*say a ConfigMap/,
  ],
  'names of certificates that nobody shows': [
    { tls, config: { tls: asked, relay: { client_names: ['DNS:a.b'] } } },
    /config\.relay\.client_names: .*say config\.relay\.client_certificate/,
  ],
  'names of certificates that nobody asks for': [
    { tls, config: { relay: mutual } },
    /config\.relay\.client_names: .*say config\.tls\.client_ca/,
  ],
  'a variable without a value as proof': [
    { config: webhook, extraEnv: [{ name: 'CLUSTER_SECRET', value: '' }] },
    /extraEnv: CLUSTER_SECRET[^]*config\.auth: without open/,
  ],
  'a file without a name as proof': [
    { config: webhook, extraEnv: [{ name: 'CLUSTER_SECRET_FILE' }] },
    /config\.auth: without open/,
  ],
  'a secret by a file and by a variable': [
    { secret: { clusterSecret: 'c' }, extraEnv: [from('CLUSTER_SECRET')] },
    /extraEnv: CLUSTER_SECRET .*config\.cluster\.secret_file.*say one of them/,
  ],
  'a key by a file and by its old variable': [
    { secret: { gossipKey: '0123456789abcdef' }, extraEnv: [from('GOSSIP_SECRETKEY')] },
    /extraEnv: GOSSIP_SECRETKEY .*config\.gossip\.secret_key_file/,
  ],
});

taken({
  'nodes that prove themselves by a variable': { extraEnv: [from('CLUSTER_SECRET')], config: webhook },
  'nodes that prove themselves by a file of another volume': {
    config: webhook,
    extraEnv: [{ name: 'CLUSTER_SECRET_FILE', value: '/etc/hostname' }],
  },
});
