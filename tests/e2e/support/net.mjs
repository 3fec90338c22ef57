// Hosts of our own on one machine: network namespaces on a bridge, so that cables can be cut, or on a bad network.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { binary } from './process.mjs';
import { until } from './wait.mjs';

const ip = (...words) => execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'pipe'] });
const subnet = `10.77.${process.pid % 250}`;
const backstage = `10.78.${process.pid % 250}`;
const bridge = `ssebr${process.pid % 100000}`;
const nowhere = '02:00:00:00:00:ff';

/** Why there can be no hosts here, or nothing. */
export function missing() {
  const probe = `sseprobe${process.pid}`;
  try {
    ip('netns', 'add', probe);
    ip('netns', 'exec', probe, 'true');
    ip('netns', 'delete', probe);
    return undefined;
  } catch (error) {
    return `network namespaces are not permitted here: ${String(error.stderr ?? error.message).trim()}`;
  }
}

/** Why there can be no bad network here, or nothing. */
export function noTunnels() {
  return missing() ?? (existsSync('/dev/net/tun') ? undefined : 'there is no /dev/net/tun here');
}

class Host {
  constructor(number) {
    this.number = number;
    this.name = `sse${process.pid}h${number}`;
    this.cable = `sse${process.pid % 100000}v${number}`;
    this.address = `${subnet}.${number}`;
    ip('netns', 'add', this.name);
    ip('link', 'add', this.cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', this.name);
    ip('link', 'set', this.cable, 'master', bridge, 'up');
    ip('-n', this.name, 'address', 'add', `${this.address}/24`, 'dev', 'eth0');
    ip('-n', this.name, 'link', 'set', 'eth0', 'up');
    ip('-n', this.name, 'link', 'set', 'lo', 'up');
  }

  /** The cable goes first: the system takes a namespace apart in its own time. */
  remove() {
    ip('link', 'delete', this.cable);
    ip('netns', 'delete', this.name);
  }

  cut() {
    ip('link', 'set', this.cable, 'down');
  }

  heal() {
    ip('link', 'set', this.cable, 'up');
  }

  /** What this host sends to `other` is lost; what comes from there arrives. */
  loseTo(other) {
    ip('-n', this.name, 'neighbour', 'replace', other.address, 'lladdr', nowhere, 'dev', 'eth0', 'nud', 'permanent');
  }

  findAgain(other) {
    ip('-n', this.name, 'neighbour', 'delete', other.address, 'dev', 'eth0');
  }
}

/** Makes what goes between `hosts`, both ways, late by `delay` ms and lost by `loss` percent. */
async function spoil(stage, hosts, { loss, delay, seed }) {
  const ends = hosts.map((host) => `${host.name}=${host.address}`);
  const words = [String(loss), String(delay), String(seed), ...ends];
  const network = spawn(join(dirname(binary), 'lossy_switch'), words, { stdio: ['pipe', 'pipe', 'pipe'] });
  stage.defer(() => network.kill('SIGKILL'));
  let said = '';
  for (const pipe of [network.stdout, network.stderr]) pipe.setEncoding('utf8').on('data', (text) => (said += text));
  await until('the bad network is there', () => said.includes('ready') || network.exitCode !== null);
  if (network.exitCode !== null) throw new Error(said);
  for (const host of hosts) {
    ip('-n', host.name, 'address', 'flush', 'dev', 'eth0');
    ip('-n', host.name, 'address', 'add', `${host.address}/24`, 'dev', 'tun0');
    ip('-n', host.name, 'link', 'set', 'tun0', 'up');
    ip('-n', host.name, 'address', 'add', `${backstage}.${host.number}/24`, 'dev', 'eth0');
  }
  ip('address', 'add', `${backstage}.254/24`, 'dev', bridge);
}

/**
 * `count` hosts on a bad network, each with a node of its own. The test itself reaches them by another, good one.
 * @param bad {loss: percent, delay: ms, seed}
 */
export async function farHostsWithNodes(stage, count, configOf, bad) {
  const nodes = hostsWithNodes(stage, count, configOf);
  await spoil(stage, nodes.map((node) => node.on), bad);
  for (const node of nodes) node.address = `${backstage}.${node.on.number}`;
  return nodes;
}

/** `count` hosts, each with a node of its own made from `configOf(host, hosts)`, not started. */
export function hostsWithNodes(stage, count, configOf) {
  ip('link', 'add', bridge, 'type', 'bridge');
  stage.defer(() => ip('link', 'delete', bridge));
  ip('link', 'set', bridge, 'up');
  ip('address', 'add', `${subnet}.254/24`, 'dev', bridge);
  const hosts = Array.from({ length: count }, (_, i) => {
    const host = new Host(i + 1);
    stage.defer(() => host.remove());
    return host;
  });
  return hosts.map((host, i) => {
    const node = stage.prepare(
      { http: { address: '0.0.0.0', port: 8080 }, node: { name: `n${i + 1}` }, ...configOf(host, hosts) },
      { prefix: ['ip', 'netns', 'exec', host.name] },
    );
    node.address = host.address;
    node.on = host;
    return node;
  });
}
