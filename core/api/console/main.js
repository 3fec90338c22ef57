const kEvery = 2000;
/** The list of channels takes the node a look at every one of them. */
const kManyChannels = 10_000;

const charts = {
  published: new Chart({ title: 'Published here', text: (value) => `${short(value)}/s` }),
  delivered: new Chart({ title: 'Delivered', text: (value) => `${short(value)}/s` }),
  subscribers: new Chart({ title: 'Subscribers', text: short }),
  latency: new Chart({ title: 'Delivery latency', keys: ['p50', 'p99'], text: seconds, scale: decades }),
};
$('charts').append(...Object.values(charts).map(({ figure }) => figure));

/** Asks the node every kEvery while the page can be seen. Refused for want of rights it waits for a token: asking again
 *  would be a wrong key each time. */
const poll = {
  timer: 0,
  running: false,
  turn: 0,
  many: false,
  last: null,

  async run() {
    clearTimeout(poll.timer);
    if (poll.running || document.hidden) return;
    poll.running = true;
    const used = token;
    const problems = (await Promise.all([poll.status(), poll.metrics(), poll.channels()])).filter(Boolean);
    poll.running = false;
    poll.turn += 1;
    if (used !== token) return poll.run();
    const refused = problems.find(({ status }) => status === 401 || status === 403);
    poll.tell(refused ?? problems.find(({ status }) => status === 0) ?? problems[0], refused !== undefined);
    if (!refused) poll.timer = setTimeout(poll.run, kEvery);
  },

  tell(problem, refused) {
    document.body.classList.toggle('stale', problem !== undefined);
    document.body.classList.toggle('refused', refused);
    if (!problem) return say($('banner'), '');
    if (problem.status === 0) say($('ready'), 'no answer', 'bad');
    if (!refused) return say($('banner'), `${problem.message}; trying again`);
    for (const id of ['nodes', 'channels', 'warnings']) $(id).replaceChildren();
    for (const id of ['status-problem', 'channels-empty']) show($(id), true);
    for (const id of ['status-problem', 'channels-empty', 'ready']) say($(id), 'not shown', 'none');
    say($('banner'), `Status, channels and metrics are not shown: ${problem.message}. They need the right admin on *.`);
    if (!token) $('access').open = true;
  },

  /** Runs one request and its showing; what went wrong, or nothing. An answer of another shape, as of a node of another
   *  version, is told as well, and the polling goes on. */
  async part(pathNow, how, shown) {
    try {
      const path = pathNow();
      shown(await fetched(path, how), path);
    } catch (error) {
      return error instanceof Refusal ? error : new Refusal(-1, `the answer cannot be shown: ${error.message}`);
    }
  },

  status() {
    return poll.part(
      () => 'status?channels=none',
      'json',
      (status) => {
        show($('status-problem'), false);
        poll.many = status.channels_total > kManyChannels;
        showStatus(status);
      },
    );
  },

  metrics() {
    return poll.part(
      () => 'metrics',
      'text',
      (text) => {
        const now = { at: performance.now(), ...readMetrics(text) };
        const none = { published: [null], delivered: [null], latency: [null, null] };
        const rates = poll.last ? between(poll.last, now, (now.at - poll.last.at) / 1000) : none;
        poll.last = now;
        for (const [name, values] of Object.entries(rates)) charts[name].add(values);
        charts.subscribers.add([now.subscribers]);
      },
    );
  },

  channels() {
    return poll.many && poll.turn % 5 !== 0 ? undefined : poll.list(channels.after);
  },

  /** The list of channels at once, as somebody has asked for another part of it. */
  list(after) {
    channels.after = after;
    return poll.part(channels.path, 'json', (list, path) => path === channels.path() && channels.show(list));
  },
};

function closeAccess() {
  $('access').open = false;
  $('access').firstElementChild.focus();
}

function useToken(text) {
  token = text.trim();
  $('token').value = '';
  say($('access').firstElementChild, token ? 'Access token: in use' : 'Access token');
  closeAccess();
  say($('banner'), '');
  show($('links'), !token);
  if (!token) live.stop?.abort();
  poll.run();
}

function on(id, type, handle) {
  $(id).addEventListener(type, (event) => {
    if (type === 'submit') event.preventDefault();
    handle(event);
  });
}

on('access-form', 'submit', () => useToken($('token').value));
on('forget', 'click', () => useToken(''));
on('access', 'keydown', ({ key }) => key === 'Escape' && closeAccess());
on('live-form', 'submit', live.start);
on('live-stop', 'click', () => live.stop?.abort());
on('live-clear', 'click', live.clear);
on('publish-form', 'submit', publish);
on('filter', 'input', () => poll.list(''));
on('next', 'click', () => poll.list(channels.next));
on('first', 'click', () => poll.list(''));
document.addEventListener('visibilitychange', () => {
  poll.last = null;
  poll.run();
});
poll.run();
