// Hosts of our own on one machine: network namespaces on a bridge, so that cables can be cut.
import { execFileSync } from 'node:child_process';

const ip = (...words) => execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'pipe'] });
const subnet = `10.77.${process.pid % 250}`;
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

class Host {
  constructor(number) {
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
