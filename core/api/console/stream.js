const kMostText = 16_384;

/** Reads an event stream (WHATWG HTML 9.2.6) from pieces of its text. Keeps kMostText characters of a line and of an
 *  event's data, and tells of the latter whether it was cut. */
class EventParser {
  lastId = '';
  retry = null;
  #rest = '';
  #afterCr = false;
  #id = '';
  #type = '';
  #data = null;
  #cut = false;

  /** Calls each({id, type, data, cut}) for the events that end in `piece`. */
  feed(piece, each) {
    const text = this.#afterCr && piece.startsWith('\n') ? piece.slice(1) : piece;
    if (piece) this.#afterCr = piece.endsWith('\r');
    const lines = text.split(/\r\n|\n|\r/);
    lines[0] = this.#rest + lines[0];
    this.#rest = this.#bounded(lines.pop());
    for (const line of lines) this.#take(line, each);
  }

  #bounded(text) {
    if (text.length <= kMostText) return text;
    this.#cut = true;
    return text.slice(0, kMostText);
  }

  #take(line, each) {
    if (line === '') return this.#dispatch(each);
    const [, field, value = ''] = line.match(/^([^:]*)(?:: ?([^]*))?$/);
    if (field === 'data') this.#data = this.#bounded(this.#data === null ? value : `${this.#data}\n${value}`);
    else if (field === 'event') this.#type = value;
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
    else if (field === 'retry' && /^\d+$/.test(value)) this.retry = Number(value);
  }

  #dispatch(each) {
    const event = { id: this.#id, type: this.#type || 'message', data: this.#data, cut: this.#cut };
    this.lastId = this.#id;
    [this.#type, this.#data, this.#cut] = ['', null, false];
    if (event.data !== null && event.data !== '') each(event);
  }

  /** The stream broke: what was begun is forgotten, what was learned stays. */
  broken() {
    [this.#rest, this.#type, this.#data, this.#cut, this.#afterCr, this.#id] = [
      '',
      '',
      null,
      false,
      false,
      this.lastId,
    ];
  }
}

const kFirstRetry = 2000;
const kMostRetry = 30_000;
const kForNow = [429, 502, 503, 504];

/** Follows a stream as EventSource does, with the page's token: opens it, and again after `retry` with Last-Event-ID,
 *  until `signal` aborts or the node refuses for good, which is thrown. tell(state, kind) says how it is. */
async function follow(url, signal, tell, each) {
  const parser = new EventParser();
  for (let failures = 0; !signal.aborted;) {
    tell('connecting', 'warn');
    const answer = await open(url, signal, parser.lastId);
    if (answer) {
      failures = 0;
      tell('open', 'good');
      await readAll(answer.body, parser, each);
      parser.broken();
    }
    if (signal.aborted) return;
    if (!answer) failures += 1;
    const wait = Math.min(kMostRetry, (parser.retry ?? kFirstRetry) * 2 ** Math.max(0, failures - 1));
    tell(`${answer ? 'ended by the node' : 'no answer'}, again in ${seconds(wait / 1000)}`, 'warn');
    await pause(wait, signal);
  }
}

/** The answer that is a stream; null where there was none for now. */
async function open(url, signal, lastId) {
  const headers = { Accept: 'text/event-stream', ...(lastId && { 'Last-Event-ID': lastId }) };
  const answer = await ask(url, { headers, signal }).catch(() => null);
  if (!answer || kForNow.includes(answer.status)) return null;
  if (answer.status !== 200) throw await refusal(answer);
  if (/^text\/event-stream\b/.test(answer.headers.get('Content-Type') ?? '')) return answer;
  throw new Refusal(200, 'the answer is no event stream');
}

async function readAll(body, parser, each) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      parser.feed(value, each);
    }
  } catch {
    // Broken or stopped: what follows is the same as after an orderly end.
  }
}

function pause(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
