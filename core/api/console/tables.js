const kNodeKinds = {
  alive: 'good',
  suspect: 'warn',
  dead: 'bad',
  left: 'none',
  connected: 'good',
  connecting: 'warn',
  broken: 'bad',
};

const state = () => make('td', null, make('span', { class: 'state' }), make('small'));

function tell(cell, text, detail) {
  say(cell.firstChild, text, kNodeKinds[text] ?? 'none');
  say(cell.lastChild, detail ?? '');
}

/** The node asked first, then the others. */
function showNodes({ node, cluster }) {
  const self = {
    name: node.name,
    where: 'this node',
    state: node.ready ? 'ready' : 'not ready',
    link: '',
    known_by: [],
  };
  const build = () =>
    make(
      'tr',
      null,
      make('td', null, make('span'), make('small')),
      state(),
      state(),
      make('td', { class: 'number' }),
      make('td'),
    );
  fill(
    $('nodes'),
    [self, ...cluster.nodes],
    (row) => `${row.where ?? ''} ${row.address}:${row.http_port} ${row.name}`,
    build,
    (row, { name, where, address, http_port, state, link, reason, lag_events, known_by }) => {
      const [named, stated, linked, lag, by] = row.children;
      say(named.firstChild, name || 'unnamed');
      say(named.lastChild, where ?? `${address.includes(':') ? `[${address}]` : address}:${http_port}`);
      tell(stated, state);
      if (where) stated.firstChild.dataset.kind = state === 'ready' ? 'good' : 'warn';
      tell(linked, link || '–', reason);
      if (where) linked.firstChild.className = '';
      say(lag, where ? '–' : count(lag_events));
      say(by, known_by.join(', ') || '–');
    },
  );
}

function showWarnings(warnings) {
  show($('warnings-section'), warnings.length > 0);
  fill(
    $('warnings'),
    warnings,
    ({ id, about }) => `${id} ${about}`,
    () => make('li', null, make('span'), make('small')),
    (row, { id, text, about, count: times, seconds_ago }) => {
      say(row.firstChild, text);
      const ago = seconds_ago < 5 ? 'now' : `${age(seconds_ago)} ago`;
      say(row.lastChild, [id, about, times > 1 ? `${count(times)} times` : '', ago].filter(Boolean).join(' · '));
    },
  );
}

function showStatus(status) {
  const { node, totals } = status;
  say($('name'), node.name);
  document.title = `${node.name} · sse-cluster`;
  say($('ready'), node.ready ? 'ready' : 'not ready', node.ready ? 'good' : 'warn');
  say($('version'), node.version);
  say($('uptime'), age(node.uptime_s));
  say($('total-subscribers'), count(totals.subscribers));
  say($('total-channels'), count(status.channels_total));
  say($('total-kept'), `${count(totals.events_kept)} · ${size(totals.bytes_kept)}`);
  const admin = node.asked_on === 'admin.port';
  if (admin) live.stop?.abort();
  show($('client'), !admin);
  show($('no-client'), admin);
  showNodes(status);
  showWarnings(status.warnings);
}

const kPage = 25;

/** The table of channels: one page of the list, which is sorted by the bytes of the names. */
const channels = {
  after: '',

  /** Just before the first name that starts with `prefix`, as the list begins after a name. */
  before(prefix) {
    const last = [...prefix].at(-1);
    if (last === undefined) return '';
    const code = last.codePointAt(0) === 0xe000 ? 0xd7ff : last.codePointAt(0) - 1;
    return code < 0x20
      ? prefix.slice(0, -1)
      : `${prefix.slice(0, -last.length)}${String.fromCodePoint(code, 0x10ffff)}`;
  },

  path() {
    const after = channels.after || channels.before($('filter').value);
    return `channels?limit=${kPage}${after && `&after=${encodeURIComponent(after)}`}`;
  },

  show({ channels: listed, next }) {
    const prefix = $('filter').value;
    const rows = listed.filter(({ channel }) => channel.startsWith(prefix));
    const more = next !== null && rows.length === listed.length;
    fill($('channels'), rows, ({ channel }) => channel, channels.build, channels.update);
    show($('channels-empty'), rows.length === 0);
    say($('channels-empty'), prefix ? 'No channel starts with that.' : 'No channels on this node now.');
    show($('pages'), more || channels.after !== '');
    [$('first').disabled, $('next').disabled] = [channels.after === '', !more];
    channels.next = next;
  },

  build({ channel }) {
    const open = make('button', { type: 'button', class: 'plain', title: 'Show in the live view' }, channel);
    open.addEventListener('click', () => choose(channel));
    const numbers = [1, 2, 3].map(() => make('td', { class: 'number' }));
    return make('tr', null, make('td', null, open), ...numbers);
  },

  update(row, { subscribers, events, bytes }) {
    row.querySelector('button').disabled = $('client').hidden;
    const texts = [count(subscribers), count(events), size(bytes)];
    texts.forEach((text, i) => say(row.children[i + 1], text));
  },
};

/** A channel of the table: into the live view, and into the form that publishes. */
function choose(channel) {
  [$('live-channel').value, $('publish-channel').value] = [channel, channel];
  if (!$('client').hidden) live.start();
}
