const kShown = 200;
const kShownText = 4096;

/** The live view: the last kShown events of one channel. */
const live = {
  stop: null,
  waiting: [],
  total: 0,

  async start() {
    const channel = $('live-channel').value;
    live.stop?.abort();
    live.clear();
    const stop = (live.stop = new AbortController());
    [$('live-start').textContent, $('live-stop').disabled] = ['Restart', false];
    const query = [`channel=${encodeURIComponent(channel)}`, $('live-from').value].filter(Boolean).join('&');
    const tell = (text, kind) => live.stop === stop && say($('live-state'), text, kind);
    try {
      await follow(`subscribe?${query}`, stop.signal, tell, (event) => live.stop === stop && live.take(event));
      tell('stopped', 'none');
    } catch (error) {
      tell(`refused: ${error.message}`, 'bad');
    }
    if (live.stop !== stop) return;
    const focused = document.activeElement === $('live-stop');
    [$('live-start').textContent, $('live-stop').disabled] = ['Start', true];
    if (focused) $('live-start').focus();
  },

  /** Frames of the screen gather what arrives, and drop what would not stay to be seen. */
  take(event) {
    live.total += 1;
    if (live.waiting.push({ ...event, at: new Date() }) > kShown) live.waiting.shift();
    if (live.waiting.length === 1) requestAnimationFrame(live.draw);
  },

  draw() {
    const log = $('log');
    const fromTop = log.scrollTop;
    const before = log.scrollHeight;
    $('events').prepend(...live.waiting.reverse().map(live.row));
    live.waiting = [];
    while ($('events').children.length > kShown) $('events').lastElementChild.remove();
    // Who has scrolled down to read keeps the place.
    if (fromTop > 0) log.scrollTop = fromTop + log.scrollHeight - before;
    const more = live.total > kShown ? `, the last ${kShown} shown` : '';
    say($('live-count'), live.total ? `${count(live.total)} ${live.total === 1 ? 'event' : 'events'}${more}` : '');
  },

  row({ id, type, data, cut, at }) {
    const special = { gap: 'gap', 'token-expiring': 'notice' }[type];
    const shown = cut || data.length > kShownText ? `${data.slice(0, kShownText)}… (longer)` : data;
    const name = type === 'gap' ? 'gap: events are missing here' : type;
    const time = make('time', { datetime: at.toISOString() }, at.toLocaleTimeString('en-GB'));
    const head = make('div', null, make('b', null, name), make('span', null, id || 'no id'), time);
    return make('li', special ? { class: special } : null, head, make('pre', null, shown));
  },

  clear() {
    [live.waiting, live.total] = [[], 0];
    $('events').replaceChildren();
    say($('live-count'), '');
  },
};

/** The request that publishes what the form says; throws a Refusal where the data is not what it says it is. */
function publishing() {
  const [data, name, type] = [$('publish-data').value, $('publish-event').value, $('publish-type').value];
  const post = (contentType, body) => ({ method: 'POST', headers: { 'Content-Type': contentType }, body });
  if (type === 'text' && !name) return post('text/plain; charset=utf-8', data);
  const event = name ? `"event":${JSON.stringify(name)},` : '';
  if (type === 'text') return post('application/json', `{${event}"data":${JSON.stringify(data)}}`);
  try {
    JSON.parse(data);
  } catch (error) {
    throw new Refusal(0, `data: expected JSON: ${error.message}`);
  }
  // As it was written: numbers beyond 2^53 would not survive a way through JavaScript.
  return post('application/json', `{${event}"data":${data}}`);
}

async function publish() {
  const output = $('publish-answer');
  say(output, '', 'none');
  try {
    const path = `publish/${encodeURIComponent($('publish-channel').value)}`;
    const { id } = await fetched(path, 'json', publishing());
    say(output, `Published as ${id}`, 'good');
  } catch (error) {
    say(output, error.message, 'bad');
  }
}
