// Real EventSource clients behind one interface:
//   open(url, names) -> { state(): {opens, errors, readyState, events: [{type, data, id}]}, close() }
import puppeteer from 'puppeteer-core';
import { EventSource as Eventsource } from 'eventsource';
import { createEventSource } from 'eventsource-client';
import { EventSource as Undici } from 'undici';

function standard(Type) {
  return async (url, names) => {
    const seen = { opens: 0, errors: 0, events: [] };
    const source = new Type(url);
    source.addEventListener('open', () => (seen.opens += 1));
    source.addEventListener('error', () => (seen.errors += 1));
    for (const name of names) {
      source.addEventListener(name, ({ type, data, lastEventId }) => seen.events.push({ type, data, id: lastEventId }));
    }
    return { state: async () => ({ ...seen, readyState: source.readyState }), close: async () => source.close() };
  };
}

async function sanity(url) {
  const seen = { opens: 0, errors: 0, events: [] };
  const source = createEventSource({
    url,
    onConnect: () => (seen.opens += 1),
    onDisconnect: () => (seen.errors += 1),
    onMessage: ({ event, data, id }) => seen.events.push({ type: event ?? 'message', data, id }),
  });
  const states = { connecting: 0, open: 1, closed: 2 };
  return { state: async () => ({ ...seen, readyState: states[source.readyState] }), close: async () => source.close() };
}

export const libraries = {
  eventsource: { open: standard(Eventsource) },
  'eventsource-client': { open: sanity },
  undici: { open: standard(Undici), keepsEmptyId: true },
};

const chromium = (more = {}) =>
  puppeteer.launch({
    ...more,
    browser: 'chrome',
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-default-apps',
      '--disable-sync',
      '--disable-domain-reliability',
      '--no-first-run',
      '--disable-gpu',
    ],
  });

const firefox = () =>
  puppeteer.launch({
    browser: 'firefox',
    executablePath: '/usr/bin/firefox-esr',
    headless: true,
    extraPrefsFirefox: {
      'network.captive-portal-service.enabled': false,
      'network.connectivity-service.enabled': false,
      'browser.safebrowsing.downloads.remote.enabled': false,
      'services.settings.server': '',
    },
  });

/** A browser started on first use: {open, page, quit}. Pages are of the stream's own origin. */
function browser(launch, more = {}) {
  let running;
  const newPage = async () => (await (running ??= launch())).newPage();
  const open = async (url, names) => {
    const page = await newPage();
    await page.goto(new URL('/livez', url).href);
    await page.evaluate(
      (address, types) => {
        const seen = (globalThis.seen = { opens: 0, errors: 0, events: [] });
        const source = (globalThis.source = new EventSource(address));
        source.addEventListener('open', () => (seen.opens += 1));
        source.addEventListener('error', () => (seen.errors += 1));
        for (const type of types) {
          source.addEventListener(type, (event) => seen.events.push({ type, data: event.data, id: event.lastEventId }));
        }
      },
      url,
      names,
    );
    const state = () => page.evaluate(() => ({ ...globalThis.seen, readyState: globalThis.source.readyState }));
    return { state, close: () => page.close() };
  };
  return { open, page: newPage, quit: async () => (await running)?.close(), ...more };
}

export const browsers = {
  chromium: browser(chromium, { keepsEmptyId: true }),
  /** The same, which takes certificates that nobody has signed. */
  trusting: browser(() => chromium({ acceptInsecureCerts: true })),
  firefox: browser(firefox),
};
