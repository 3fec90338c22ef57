const kSamples = 150;
const kFewest = 30;
const [kWidth, kHeight] = [300, 60];

/** The least of 1, 2, 5, 10, … that is not below. */
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].find((step) => step * power >= value * 0.999999) * power;
}

/** From 0 to a round number. */
function linear(values) {
  const top = roundUp(Math.max(1, ...values));
  return { top, at: (value) => value / top };
}

/** Decades around what there is: latencies of microseconds and of seconds are both to be seen. */
function decades(values) {
  const low = Math.floor(Math.log10(Math.max(1e-6, Math.min(...values, 1e-4))));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values, 1e-3))));
  return { top: 10 ** high, at: (value) => (Math.log10(Math.max(value, 10 ** low)) - low) / (high - low) };
}

/** The last kSamples samples as lines, on an axis of at least kFewest; a sample has a value or null for each line. */
class Chart {
  #samples = [];
  #lines;
  #area;
  #values;
  #top = make('span');

  constructor({ title, keys = [''], text, scale = linear }) {
    Object.assign(this, { title, keys, text, scale });
    const svg = this.#svg('svg', {
      viewBox: `0 0 ${kWidth} ${kHeight}`,
      preserveAspectRatio: 'none',
      'aria-hidden': 'true',
    });
    for (const y of [0, kHeight / 2, kHeight]) svg.append(this.#svg('path', { class: 'rule', d: `M0 ${y}H${kWidth}` }));
    this.#area = this.#svg('path', { class: 'area' });
    this.#lines = keys.map((_, i) => this.#svg('path', { class: i ? 'second' : 'first' }));
    svg.append(this.#area, ...this.#lines);
    this.#values = keys.map(() => make('span', null, '–'));
    const now = keys.map((key, i) => make('span', null, ...this.#label(key, i), this.#values[i]));
    const caption = make('figcaption', null, make('span', null, title), this.#top);
    this.figure = make('figure', { class: 'panel' }, caption, make('div', { class: 'now' }, ...now), svg);
  }

  /** Adds a sample and draws. */
  add(values) {
    this.#samples.push(values);
    if (this.#samples.length > kSamples) this.#samples.shift();
    this.#draw();
  }

  #svg(tag, attributes) {
    const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  }

  #label(key, i) {
    return key ? [make('i', { class: i ? 'key second' : 'key' }), make('small', null, key)] : [];
  }

  #draw() {
    const known = this.#samples.flat().filter((value) => value !== null);
    const scale = this.scale(known);
    say(this.#top, `up to ${this.text(scale.top)}`);
    this.#lines.forEach((line, i) => {
      const runs = this.#runs(i, scale);
      line.setAttribute('d', runs.map((run) => `M${run.join('L')}${run.length === 1 ? 'h0.01' : ''}`).join(''));
      const closed = ([...run]) => `M${run[0].split(' ')[0]} ${kHeight}L${run.join('L')}V${kHeight}Z`;
      if (this.keys.length === 1) this.#area.setAttribute('d', runs.map(closed).join(''));
      const now = this.#samples.at(-1)[i];
      say(this.#values[i], now === null ? '–' : this.text(now));
    });
  }

  /** Points of a line, "x y" each, in runs without a null between them. */
  #runs(i, scale) {
    const runs = [[]];
    this.#samples.forEach((sample, n) => {
      if (sample[i] === null) return runs.at(-1).length && runs.push([]);
      const x = kWidth * (1 - (this.#samples.length - 1 - n) / (Math.max(this.#samples.length, kFewest) - 1));
      runs.at(-1).push(`${x.toFixed(1)} ${(kHeight * (1 - scale.at(sample[i]))).toFixed(1)}`);
    });
    return runs.filter((run) => run.length);
  }
}
