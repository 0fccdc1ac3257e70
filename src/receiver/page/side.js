// The column beside the alarms: silent homes, faults, and what else an operator of many homes must see.

import { apart, arrange, byId, el, setText, short } from './dom.js';
import { fairly } from './fairly.js';
import { clockOf, inLanguage, languageNow, say, sayCode, sayOutcome, stampOf, timeOf, wordOf } from './words.js';

/** Rows shown of a list; the count beside its heading is of all. */
const MOST_ROWS = 60;
/** Of one home before the others had their turn. */
const ROWS_OF_ONE = 10;
/** Characters of a row's head, of the line under it, and of what is small. */
const LENGTHS = { head: 140, under: 120, small: 280, chip: 40 };

/** The gravest first. */
const EFFECTS = ['protection-lost', 'protection-reduced', 'service'];
const rankOf = ({ effect }) => EFFECTS.indexOf(effect);

export const isSilent = ({ status }) => status === 'silent' || status === 'offline';

/** @param tell called with a gateway, and what to tell it where that is known: the act and what it says. */
export function drawSide(picture, tell) {
  const now = picture.now();
  const gateways = [...picture.gateways.values()].sort(byName);
  const silent = gateways.filter(isSilent).sort((a, b) => (b.statusSince ?? 0) - (a.statusSince ?? 0));
  // What costs protection comes first; one that nobody has graded counts as such.
  const newest = [...picture.faults.values()].sort((a, b) => rankOf(a) - rankOf(b) || b.receivedAt - a.receivedAt);
  const faults = fairly(newest, ({ gateway }) => gateway, ROWS_OF_ONE);
  const beyond = (part) => gateways.reduce((sum, gateway) => sum + gateway[part], 0);
  const missing = gateways.flatMap(({ gateway, missing: ids }) => ids.map((alertId) => ({ gateway, alertId })));

  rows('silent', silent, (gateway) =>
    row('bad', gateway.gateway, say(`status-${gateway.status}`), sinceOf(gateway, now), counter(gateway.statusSince)),
  );
  const drawFault = (fault) =>
    row(
      rankOf(fault) <= 0 ? 'bad' : 'fault',
      inLanguage(fault.text),
      [
        fault.gateway,
        ' · ',
        apart(fault.subject, LENGTHS.under),
        fault.effect ? ` · ${sayCode('effect-', fault.effect)}` : '',
      ],
      inLanguage(fault.advice),
      stampOf(fault.since, now),
    );
  rows('faults', faults, drawFault, beyond('faultsMore'));
  const drawMissing = ({ gateway, alertId }) => row('bad', gateway, apart(alertId, LENGTHS.under), '', '');
  rows('missing', missing, drawMissing, beyond('missingMore'));
  byId('missing-part').hidden = missing.length === 0;
  rows('odd', picture.notUnderstood, ({ topic, why, receivedAt, start, bytes }) =>
    row('odd', why, topic, `${bytes} B: ${start}`, timeOf(receivedAt, now)),
  );
  rows('measurements', picture.measurements.map(withOrders(picture)), ({ gateway, data, receivedAt, orders }) => {
    const asked = data.whose === 'asked' && data.outcome === 'measured';
    return row(
      asked ? 'odd' : 'good',
      data.outcome === 'measured' ? valuesOf(data) : sayCode('', data.outcome),
      [gateway, ' · ', apart(data.person ?? say('nobody'), LENGTHS.under), ` · ${sayCode('kind-', data.kind)}`],
      ordersOf(orders, now),
      timeOf(receivedAt, now),
      asked && whose(data, (person) => tell(gateway, 'assign', { measurementId: data.measurementId, person })),
    );
  });
  setText(byId('n-odd'), String(picture.health?.notUnderstood ?? 0));
  const wanted = byId('find').value.trim().toLowerCase();
  const found = gateways.filter(({ gateway }) => gateway.toLowerCase().includes(wanted));
  rows('homes', found, (gateway) =>
    row(
      isSilent(gateway) ? 'bad' : 'good',
      gateway.gateway,
      [say(`status-${gateway.status}`), gateway.version].filter(Boolean).join(' · '),
      [say('readings', { n: gateway.readings }), ordersOf(gateway.commands.slice(-1), now)].filter(Boolean).join(' · '),
      gateway.lastHeardAt === null ? '' : timeOf(gateway.lastHeardAt, now),
      chips(chip('orderButton', {}, () => tell(gateway.gateway))),
    ),
  );
  return {
    silent: silent.length,
    faults: faults.length + beyond('faultsMore'),
    heard: gateways.filter(({ status }) => status === 'online').length,
  };
}

/** Counts on, each second, how long each silent home has been silent. */
export function tickSide(now) {
  for (const element of document.querySelectorAll('[data-since]'))
    setText(element, clockOf(now - Number(element.dataset.since)));
}

/** Rows as they were drawn last, by list. One is drawn again only when something of it changed: what a person is pressing stays. */
const drawn = new Map();

/** @param beyond how many there are that the receiver does not list. */
function rows(id, list, draw, beyond = 0) {
  // What is written as a time of today is written with its date tomorrow.
  const day = new Date().toDateString();
  const all = list.length + beyond;
  setText(byId(`n-${id}`), String(all));
  const before = drawn.get(id) ?? new Map();
  const now = new Map();
  const shown = list.slice(0, MOST_ROWS).map((one, place) => {
    const state = JSON.stringify([one, languageNow(), day]);
    // The same words twice are two rows.
    const name = now.has(state) ? `${place} ${state}` : state;
    now.set(name, before.get(name) ?? safely(draw, one));
    return now.get(name);
  });
  drawn.set(id, now);
  if (all > shown.length) shown.push(el('li', 'muted', {}, say('more', { n: all - shown.length })));
  if (list.length === 0) shown.push(el('li', 'muted', {}, say('none')));
  arrange(byId(id), shown);
}

/** One that cannot be drawn stops no other. */
function safely(draw, one) {
  try {
    return draw(one);
  } catch {
    return row('odd', say('cannotShowRow'), wordOf(one.gateway), '', '');
  }
}

/** @param under text, or elements and text. */
function row(kind, head, under, small, right, below) {
  const lower = typeof under === 'string' ? short(under, LENGTHS.under) : under;
  const told = el('div', '', {}, el('b', '', {}, short(head, LENGTHS.head)), el('span', 'under', {}, lower));
  if (small) told.append(el('span', 'small', {}, short(small, LENGTHS.small)));
  if (below) told.append(below);
  return el(
    'li',
    `row ${kind}`,
    {},
    el('span', 'dot', { 'aria-hidden': 'true' }),
    told,
    typeof right === 'string' ? el('time', '', {}, right) : right,
  );
}

const chip = (key, gaps, onclick) => el('button', 'chip', { type: 'button', onclick }, say(key, gaps));
const chips = (...buttons) => el('div', 'quick', {}, ...buttons);

/** Who shares the meter: asked, never guessed. */
const whose = ({ candidates = [] }, choose) =>
  chips(
    el('span', 'small', {}, say('whoseAsked')),
    ...candidates.map((person) =>
      el(
        'button',
        'chip',
        { type: 'button', onclick: () => choose(person), 'data-person': person },
        short(person, LENGTHS.chip),
      ),
    ),
  );

/** What operators have told a home about a measurement. */
const withOrders = (picture) => (one) => ({
  ...one,
  orders: (picture.gateways.get(one.gateway)?.commands ?? []).filter(
    ({ order, state }) => order?.measurementId === one.data.measurementId && state !== 'done',
  ),
});

const ordersOf = (commands, now) =>
  commands.map((command) => `${orderWords(command)}: ${sayOutcome(command, now)}`).join(' · ');

function orderWords({ act, order }) {
  if (act === 'measure') return `${say(act)} (${sayCode('kind-', order.kind)})`;
  if (act === 'assign') return say(act, { who: order.person });
  return say(act === 'home' ? 'at-home' : act);
}

const counter = (since) => el('time', 'counter', since === null ? {} : { 'data-since': String(since) });

function sinceOf({ status, statusSince }, now) {
  if (statusSince === null) return say('since0');
  return say(status === 'offline' ? 'offlineAt' : 'since', { t: timeOf(statusSince, now) });
}

const valuesOf = ({ values }) =>
  values
    .map(({ quantity, value, unit }) => `${sayCode('value-', quantity)} ${value} ${sayCode('unit-', unit)}`)
    .join(' · ');

const byName = (a, b) => a.gateway.localeCompare(b.gateway, undefined, { numeric: true });
