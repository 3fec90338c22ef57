// Malformed and ambiguous HTTP/1.1 requests, made from a seed: the same seed gives the same requests.

/** A small generator of numbers (mulberry32): next() in [0, 1). */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const end = '\r\n';
const line = `POST /publish/corpus HTTP/1.1${end}`;
const type = `Content-Type: text/plain${end}`;
const head = `${line}Host: h${end}${type}`;
const whole = (body, more = '') => `${head}Content-Length: ${body.length}${end}${more}${end}${body}`;
/** What somebody would like to slip past a proxy, and what always comes last. */
const hidden = whole('hidden');
export const tail = whole('tail', `Connection: close${end}`);
const hex = (text) => text.length.toString(16);
const chunk = (text) => `${hex(text)}${end}${text}${end}`;

const bodies = [`${chunk('abc')}0${end}${end}`, `0${end}${end}${hidden}`, hidden, 'abc'];

/** Headers that give a length, for a body of `size` bytes. */
const lengths = (size) => {
  const name = 'Content-Length';
  const values = [`${size}`, ` ${size}`, `+${size}`, `-${size}`, `0${size}`, `${size},${size}`, `${size}, ${size}`];
  values.push(
    `${size} ${size}`, `0x${size}`, `${size}.0`, '', '1e1', '18446744073709551616', `${size}\0`,
    `\x0b${size}`,
  );
  values.push(
    `"${size}"`, `${size};`, `${size}\t`, '0', `${size},`, `,${size}`, `18446744073709551616${size}`,
    'chunked',
  );
  const rows = values.map((value) => `${name}: ${value}${end}`);
  rows.push('', `${name}:${size}${end}`, `${name} : ${size}${end}`, `Content_Length: ${size}${end}`);
  rows.push(
    `${name}:\t${size}${end}`, `content-length: ${size}${end}`, `${name}\0: ${size}${end}`,
    ` ${name}: ${size}${end}`,
  );
  rows.push(`${name}: ${size}${end}${name}: ${size}${end}`, `${name}: 0${end}${name}: ${size}${end}`);
  rows.push(`${name}: ${size}${end}${name}: 0${end}`, `${name}:${end} ${size}${end}`, `X: y\n${name}: ${size}${end}`);
  rows.push(
    `X: y\r${name}: ${size}${end}`, `${name}: ${size}\n`, `${name}: ${size}\r`,
    `Content-Length\xa0: ${size}${end}`,
  );
  return rows;
};

const encodings = (() => {
  const name = 'Transfer-Encoding';
  const values = ['chunked', 'Chunked', 'CHUNKED', ' chunked', 'chunked ', 'xchunked', 'chunkedx', 'chunked, identity'];
  values.push(
    'identity, chunked', 'identity', 'gzip, chunked', 'chunked, chunked', 'chunked\t', '\tchunked',
    '\x0bchunked',
  );
  values.push(
    '"chunked"', 'chunked;q=1', 'chunked,', ',chunked', '', 'chunked\0', 'chu\0nked', 'chunke\xc4\x8f',
    'cow',
  );
  const rows = values.map((value) => `${name}: ${value}${end}`);
  rows.push('', `${name}:chunked${end}`, `${name} : chunked${end}`, `Transfer_Encoding: chunked${end}`);
  rows.push(`${name}\t: chunked${end}`, ` ${name}: chunked${end}`, `${name}:${end} chunked${end}`);
  rows.push(`${name}: chunked${end}${name}: chunked${end}`, `${name}: chunked${end}${name}: identity${end}`);
  rows.push(
    `${name}: identity${end}${name}: chunked${end}`, `X: y\n${name}: chunked${end}`,
    `X: y\r${name}: chunked${end}`,
  );
  rows.push(
    `${name}: chunked\n`, `${name}: chunked\r`, `${name}\0: chunked${end}`, `TE: chunked${end}`,
    `\0${name}: chunked${end}`,
  );
  return rows;
})();

function* pairs() {
  for (const body of bodies) {
    for (const length of lengths(body.length)) {
      for (const encoding of encodings) {
        yield head + length + encoding + end + body;
        if (length && encoding) yield head + encoding + length + end + body;
      }
    }
    for (const length of lengths(body.length)) yield head.replace('HTTP/1.1', 'HTTP/1.0') + length + end + body;
    for (const encoding of encodings) yield head.replace('HTTP/1.1', 'HTTP/1.0') + encoding + end + body;
  }
}

function* chunks() {
  const text = 'hello';
  const sizes = [
    '5', '05', '0x5', '5 ', ' 5', '+5', '-5', '5;a=b', '5;a="b"', '5;', '5;\n', '5;a=\rb', '5\t;x', '5_',
    '5.0', '',
  ];
  sizes.push(
    'FFFFFFFFFFFFFFFF', '10000000000000005', '0000000000000000005', '5;a="\r\n"', '5\0', '5\x0b', 'g',
    `5;${'x'.repeat(9000)}`,
  );
  const lines = [end, '\n', '\r', '\r\r\n', '\n\r', ''];
  const lasts = ['0', '00', '0;x', '-0', '0x0', '0 ', '0\t', '000000000000000000'];
  const trailers = [
    '', `X: y${end}`, `Content-Length: 5${end}`, `X: y${end} z${end}`, 'X: y\n', `X\0: y${end}`, `:${end}`,
    `X${end}`,
  ];
  const begin = `${head}Transfer-Encoding: chunked${end}${end}`;
  for (const size of sizes) {
    for (const after of lines) {
      for (const data of lines) yield `${begin}${size}${after}${text}${data}0${end}${end}`;
      yield `${begin}${size}${after}${text}${end}${chunk(hidden)}0${end}${end}`;
    }
  }
  for (const last of lasts) {
    for (const after of lines) {
      for (const trailer of trailers) {
        yield `${begin}${chunk(text)}${last}${after}${trailer}${end}`;
        yield `${begin}${chunk(text)}${last}${after}${trailer}${end}${hidden}`;
        yield `${begin}${chunk(text)}${last}${after}${trailer}\n`;
      }
    }
  }
}

/** Each line end of each kind of request, replaced by each thing that could be taken for one. */
function* lineEnds() {
  const plain = `${head}Content-Length: 3${end}X-More: y${end}${end}abc`;
  const coded = `${head}Transfer-Encoding: chunked${end}X-More: y${end}${end}${chunk('abc')}0${end}X: y${end}${end}`;
  const got = `GET /nothing HTTP/1.1${end}Host: h${end}X-More: y${end}${end}`;
  const others = [
    '\n', '\r', '\r\r\n', '\n\r', '\n\n', '\r\n ', '\r\n\t', '\r\n\r\n', '\0', '\r\0\n', '\x0b', '\x0c',
    '\x85', ' ', '', '\r\n\0',
  ];
  for (const request of [plain, coded, got]) {
    for (let at = request.indexOf(end); at >= 0; at = request.indexOf(end, at + 1)) {
      for (const other of others) {
        yield request.slice(0, at) + other + request.slice(at + 2);
        yield request.slice(0, at) + other + request.slice(at + 2) + hidden;
      }
    }
    yield request.replaceAll(end, '\n');
    yield request.replaceAll(end, '\r');
  }
}

function* hosts() {
  const values = [
    'h', '', 'h h', 'h,h', 'u@h', 'h/x', 'h:1:2', 'h\0', '[::1]', '[', 'h\\x', 'h?x', 'h#x', '\xff',
    'h:99999', 'h:x',
  ];
  const targets = [
    '/publish/corpus', 'http://h/publish/corpus', 'http://other/publish/corpus',
    'https://h:1/publish/corpus',
  ];
  targets.push(
    'http:///publish/corpus', 'http://', 'ftp://h/publish/corpus', '//h/publish/corpus',
    'http://h@x/publish/corpus',
  );
  for (const target of targets) {
    const first = `POST ${target} HTTP/1.1${end}${type}Content-Length: 3${end}`;
    yield `${first}${end}abc`;
    yield `${first.replace('1.1', '1.0')}${end}abc`;
    for (const one of values) {
      yield `${first}Host: ${one}${end}${end}abc`;
      yield `${first}Host : ${one}${end}${end}abc`;
      yield `${first}Host:${end} ${one}${end}${end}abc`;
      for (const two of values) yield `${first}Host: ${one}${end}Host: ${two}${end}${end}abc`;
    }
  }
}

function* requestLines() {
  const rest = `${end}Host: h${end}${type}Content-Length: 3${end}${end}abc`;
  const methods = [
    'POST', 'post', 'Post', 'POST\0', '', ' POST', 'P OST', 'PUT', 'PATCH', 'TRACE', 'CONNECT',
    'X'.repeat(40), '\xff', 'GET', 'OPTIONS',
  ];
  const targets = [
    '/publish/corpus', '/nothing', '*', '', 'h:80', '/\0', '/%00', '/a b', '/a\tb', '/\xff', '/a#b', '/..',
    '//', '\\', '/%', '/?',
  ];
  const versions = [
    'HTTP/1.1', 'HTTP/1.0', 'HTTP/0.9', 'HTTP/1.2', 'HTTP/2.0', 'HTTP/11', 'HTTP/1.', 'http/1.1',
    'HTTP/1.1 ', 'HTTP/1.1\t', 'HTTP/01.1', 'HTTP/1.01', 'HTTP /1.1', '', 'HTTP/-1.1', 'HTTPS/1.1',
  ];
  for (const method of methods) {
    for (const target of targets) for (const version of versions) yield `${method} ${target} ${version}${rest}`;
  }
  for (const gap of ['  ', '\t', '\0', '\x0b', '\x0c', '\r', '']) {
    yield `POST${gap}/publish/corpus HTTP/1.1${rest}`;
    yield `POST /publish/corpus${gap}HTTP/1.1${rest}`;
  }
  const before = [end, end + end, '\n', '\r', ' ', '\0', `${end} `, '\r\r\n', end.repeat(100)];
  for (const one of before) yield one + line.trimEnd() + rest;
}

function* oversized() {
  for (const size of [100, 4000, 8100, 16300, 20000, 40000, 70000]) {
    const long = 'x'.repeat(size);
    yield `${head}Content-Length: 3${end}X: ${long}${end}${end}abc`;
    yield `${head}Content-Length: 3${end}${long}: y${end}${end}abc`;
    yield `${head}Content-Length: 3${end}${'X: y\r\n'.repeat(size / 6)}${end}abc`;
    yield `POST /publish/corpus?${long} HTTP/1.1${end}Host: h${end}${type}Content-Length: 3${end}${end}abc`;
    yield `${long} /publish/corpus HTTP/1.1${end}Host: h${end}${end}`;
    yield `POST /publish/corpus HTTP/1.1${long}${end}Host: h${end}${end}`;
    yield `${line}Host: ${long}${end}${type}Content-Length: 3${end}${end}abc`;
    yield `${head}Content-Length: ${'0'.repeat(size)}3${end}${end}abc`;
    yield `${head}Transfer-Encoding: chunked${end}${end}${'0'.repeat(size)}3${end}abc${end}0${end}${end}`;
    yield `${head}Transfer-Encoding: chunked${end}${end}3;${long}${end}abc${end}0${end}${end}`;
    yield `${head}Transfer-Encoding: chunked${end}${end}3${end}abc${end}0${end}X: ${long}${end}${end}`;
    yield `${head}Transfer-Encoding: chunked${end}${end}${chunk('x').repeat(size / 6)}0${end}${end}`;
    yield `${head}Content-Length: ${size}${end}${end}${long}`;
  }
}

/** Random bytes put in, taken out or changed, in the head or the frame of the body. */
function* mutations(next, count) {
  const seeds = [
    `${head}Content-Length: 3${end}X-More: y${end}${end}abc`,
    `${head}Transfer-Encoding: chunked${end}${end}${chunk('abc')}${chunk(hidden)}0${end}${end}`,
    `GET /nothing HTTP/1.1${end}Host: h${end}Content-Length: ${hidden.length}${end}${end}${hidden}`,
    `${head}Content-Length: ${hidden.length}${end}Connection: keep-alive${end}${end}${hidden}`,
  ];
  const alphabet = '\r\n\0\t :;,=0159aF\x7f\x80\xff"\\/%+-_\x0b';
  const pick = (list) => list[Math.floor(next() * list.length)];
  for (let made = 0; made < count; made++) {
    let text = pick(seeds);
    for (let left = 1 + Math.floor(next() * 3); left > 0; left--) {
      const at = Math.floor(next() * text.length);
      const what = next();
      const cut = what < 0.35 ? 0 : what < 0.9 ? 1 : Math.floor(next() * 12);
      text = text.slice(0, at) + (what < 0.7 ? pick(alphabet) : '') + text.slice(at + cut);
    }
    yield text;
  }
}

/** All of them, each once, as latin1 text without `tail`. At least 10,000. */
export function corpus(seed) {
  const next = random(seed);
  const all = new Set();
  for (const family of [pairs(), chunks(), lineEnds(), hosts(), requestLines(), oversized()]) {
    for (const request of family) all.add(request);
  }
  for (const request of mutations(next, 3000)) all.add(request);
  return [...all];
}
