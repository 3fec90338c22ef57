// Debian's Prometheus that scrapes nodes.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../e2e/support/node.mjs';
import { until } from '../e2e/support/wait.mjs';
import { YAML } from './chart.mjs';

export class Prometheus {
  /** One that scrapes `ports` of this machine four times a second, as the job `sse`, and ends with the test. */
  static async start(stage, ports) {
    const folder = mkdtempSync(join(tmpdir(), 'sse-prometheus-'));
    stage.defer(() => rmSync(folder, { recursive: true, force: true }));
    const targets = ports.map((port) => `127.0.0.1:${port}`);
    const config = {
      global: { scrape_interval: '250ms', scrape_timeout: '250ms' },
      scrape_configs: [{ job_name: 'sse', static_configs: [{ targets }] }],
    };
    writeFileSync(join(folder, 'prometheus.yml'), YAML.stringify(config));
    const self = new Prometheus();
    self.url = `http://127.0.0.1:${await freePort()}`;
    const words = { 'config.file': join(folder, 'prometheus.yml'), 'storage.tsdb.path': join(folder, 'data') };
    const flags = Object.entries({ ...words, 'web.listen-address': new URL(self.url).host }).map(
      ([name, value]) => `--${name}=${value}`,
    );
    const child = spawn('prometheus', flags, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text) => (said += text));
    const ended = new Promise((done) => child.on('close', done).on('error', done));
    stage.defer(() => (child.kill('SIGTERM'), ended));
    await until('Prometheus answers', async () => {
      if (child.exitCode !== null) throw new Error(`prometheus ended: ${said}`);
      return fetch(`${self.url}/-/ready`).then((answer) => answer.ok, () => false);
    }, 20000);
    return self;
  }

  /** The result of an expression: [{metric, value: [time, text]}]; throws where it is refused. */
  async query(expression) {
    const body = new URLSearchParams({ query: expression });
    const answer = await fetch(`${this.url}/api/v1/query`, { method: 'POST', body });
    const { status, data, error } = await answer.json();
    if (status !== 'success') throw new Error(`${expression}: ${error}`);
    return data.result;
  }

  /** Waits until `expression` has one result, of which `fits` is true. */
  async sees(expression, fits, ms = 15000) {
    let result;
    const fitting = async () => {
      result = await this.query(expression);
      return result.length === 1 && fits(Number(result[0].value[1]));
    };
    await until(expression, fitting, ms).catch((error) => {
      throw new Error(`${error.message}: ${JSON.stringify(result)}`);
    });
  }
}
