// The console in a browser: a page that notes what it should never do.
import assert from 'node:assert/strict';
import { browsers } from './clients.mjs';
import { until } from './wait.mjs';

const slow = 15000;

export class ConsolePage {
  errors = [];
  foreign = [];
  requests = [];

  /** The console of `node`; `at` is another origin or port that leads there, `size` the window's. */
  static async open(stage, node, { at = node.port, size = { width: 1280, height: 900 }, by = browsers.chromium } = {}) {
    const origin = typeof at === 'number' ? `http://127.0.0.1:${at}` : at;
    const made = new ConsolePage();
    made.page = await by.page();
    stage.defer(() => made.page.close());
    await made.page.setViewport(size);
    made.#watch(origin);
    await made.page.goto(`${origin}/console`);
    return made;
  }

  #watch(origin) {
    this.page.on('console', (message) => {
      if (['error', 'warn'].includes(message.type())) this.errors.push(message.text());
    });
    this.page.on('pageerror', (error) => this.errors.push(String(error)));
    this.page.on('dialog', (dialog) => (this.errors.push('a dialog'), dialog.dismiss()));
    this.page.on('request', (request) => {
      const url = request.url();
      this.requests.push({ url, path: url.slice(origin.length), headers: request.headers() });
      if (!url.startsWith(`${origin}/`) && !url.startsWith('data:')) this.foreign.push(url);
    });
  }

  /** Text of the first element that fits, without what surrounds it; empty where there is none. */
  text(selector) {
    return this.page.evaluate((found) => document.querySelector(found)?.textContent.trim() ?? '', selector);
  }

  /** Texts of all of them. */
  texts(selector) {
    return this.page.evaluate((found) => [...document.querySelectorAll(found)].map((one) => one.textContent), selector);
  }

  /** Waits until the text of `selector` fits `pattern`. */
  async says(selector, pattern) {
    let last;
    try {
      await until(selector, async () => pattern.test((last = await this.text(selector))), slow);
    } catch {
      assert.match(last, pattern, selector);
    }
  }

  /** Replaces what a field holds. */
  async put(selector, text) {
    await this.page.$eval(selector, (field) => (field.value = ''));
    await this.page.type(selector, text);
  }

  async follow(channel, from = '') {
    await this.put('#live-channel', channel);
    await this.page.select('#live-from', from);
    await this.page.click('#live-start');
    await this.says('#live-state', /^open$/);
  }

  async publish(channel, data, { event = '', type = 'text' } = {}) {
    await this.put('#publish-channel', channel);
    await this.put('#publish-event', event);
    await this.put('#publish-data', data);
    await this.page.select('#publish-type', type);
    await this.page.click('#publish-form button');
  }

  /** Data of the live view, oldest first. */
  async datas() {
    return (await this.texts('#log pre')).reverse();
  }

  /** What is to hold of every page at the end of a test. */
  clean() {
    assert.deepEqual(this.errors, []);
    assert.deepEqual(this.foreign, []);
  }
}
