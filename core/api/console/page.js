'use strict';

const $ = (id) => document.getElementById(id);

/** An element. Children are elements or text, never markup: names, ids and data come from strangers. */
function make(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Sets a text where it differs, so that a screen reader and a selection are left alone where nothing is new. */
function say(element, text, kind) {
  if (element.textContent !== text) element.textContent = text;
  if (kind !== undefined && element.dataset.kind !== kind) element.dataset.kind = kind;
}

function show(element, shown) {
  element.hidden = !shown;
}

/** Makes the children of `body` those of `items`. Who stays is kept in place, and with it the focus. */
function fill(body, items, keyOf, build, update) {
  const keys = new Set(items.map(keyOf));
  const old = new Map();
  for (const row of [...body.children]) keys.has(row.key) ? old.set(row.key, row) : row.remove();
  let at = body.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    const row = old.get(key) ?? build(item);
    old.delete(key);
    row.key = key;
    update(row, item);
    if (row === at) at = at.nextElementSibling;
    else body.insertBefore(row, at);
  }
}

const count = (value) => new Intl.NumberFormat('en').format(value);

/** 3 significant digits: 0.5, 12.3, 45.6k. */
function short(value) {
  return new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 }).format(value);
}

function size(bytes) {
  const step = Math.min(3, bytes > 0 ? Math.floor(Math.log2(bytes) / 10) : 0);
  return `${short(bytes / 1024 ** step)} ${['B', 'KiB', 'MiB', 'GiB'][step]}`;
}

function seconds(value) {
  const [factor, unit] = value < 1e-3 ? [1e6, 'µs'] : value < 1 ? [1e3, 'ms'] : [1, 's'];
  return `${Number((value * factor).toPrecision(3))} ${unit}`;
}

function age(s) {
  const [days, hours, minutes] = [Math.floor(s / 86400), Math.floor(s / 3600) % 24, Math.floor(s / 60) % 60];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${s % 60} s` : `${s} s`;
}
