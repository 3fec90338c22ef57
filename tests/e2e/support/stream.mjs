// A reader of one stream that keeps every block as it came.
import { requestTo } from './http.mjs';
import { until } from './wait.mjs';

/** Blocks without data that only set positions, times or keep the connection: no events. */
const isQuiet = (block) => block.data === undefined && !block.event;

export function parseBlock(raw) {
  const block = { raw, fields: [] };
  for (const line of raw.split('\n')) {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    block.fields.push(name);
    if (name === 'data') block.data = block.data === undefined ? value : `${block.data}\n${value}`;
    else if (name !== '') block[name] = value;
  }
  return block;
}

export class Reader {
  blocks = [];
  ended = false;
  #rest = '';
  #read = 0;

  constructor(node, path, { headers = {}, method = 'GET', lastEventId } = {}) {
    const all = { accept: 'text/event-stream', ...headers };
    if (lastEventId !== undefined) all['last-event-id'] = lastEventId;
    this.request = requestTo(node, { path, method, headers: all, agent: false });
    this.opened = new Promise((resolve, reject) => {
      this.request.on('error', (error) => ((this.ended = true), reject(error)));
      this.request.on('response', (response) => {
        this.response = response;
        this.status = response.statusCode;
        this.headers = response.headers;
        response.setEncoding('utf8');
        response.on('data', (chunk) => this.#take(chunk));
        response.on('error', () => (this.ended = true));
        response.on('close', () => (this.ended = true));
        response.on('end', () => ((this.ended = true), (this.complete = response.complete)));
        resolve();
      });
    });
    this.opened.catch(() => {});
    this.request.end();
  }

  #take(chunk) {
    this.#rest += chunk;
    for (let end; (end = this.#rest.indexOf('\n\n')) >= 0; this.#rest = this.#rest.slice(end + 2)) {
      this.blocks.push(parseBlock(this.#rest.slice(0, end)));
    }
  }

  get events() {
    return this.blocks.filter((block) => !isQuiet(block));
  }

  get datas() {
    return this.events.map((block) => block.data);
  }

  /** The block before any event: comment, retry, id. */
  firstBlock() {
    return until('the first block', () => this.blocks[0]);
  }

  /** The next event. */
  async next(ms) {
    const index = this.#read++;
    return until(`event ${index + 1} of ${this.request.path}`, () => this.events[index] ?? this.#failIfEnded(), ms);
  }

  /** The data of the next `count` events. */
  async take(count, ms) {
    const datas = [];
    while (datas.length < count) datas.push((await this.next(ms)).data);
    return datas;
  }

  #failIfEnded() {
    if (this.ended) throw new Error(`the stream ${this.request.path} ended after ${JSON.stringify(this.datas)}`);
  }

  /** Waits until the server has ended the stream. */
  end(ms) {
    return until(`the stream ${this.request.path} ends`, () => this.ended, ms);
  }

  close() {
    this.request.destroy();
  }
}
