// The column beside the alarms: silent homes, faults, and what else an operator of many homes must see.

import { byId, el, setText } from './dom.js';
import { clockOf, inLanguage, say, stampOf, timeOf } from './words.js';

/** Rows shown of a list; the count beside its heading is of all. */
const MOST_ROWS = 60;

export const isSilent = ({ status }) => status === 'silent' || status === 'offline';

export function drawSide(picture) {
  const now = picture.now();
  const gateways = [...picture.gateways.values()].sort(byName);
  const silent = gateways.filter(isSilent).sort((a, b) => (b.statusSince ?? 0) - (a.statusSince ?? 0));
  const faults = [...picture.faults.values()].sort((a, b) => b.receivedAt - a.receivedAt);
  const missing = gateways.flatMap(({ gateway, missing: ids }) => ids.map((alertId) => ({ gateway, alertId })));

  rows('silent', silent, (gateway) =>
    row('bad', gateway.gateway, say(`status-${gateway.status}`), sinceOf(gateway, now), counter(gateway.statusSince)),
  );
  rows('faults', faults, (fault) =>
    row(
      'fault',
      inLanguage(fault.text),
      `${fault.gateway} · ${fault.subject}`,
      inLanguage(fault.advice),
      stampOf(fault.since, now),
    ),
  );
  rows('missing', missing, ({ gateway, alertId }) => row('bad', gateway, alertId, '', ''));
  byId('missing-part').hidden = missing.length === 0;
  rows('odd', picture.notUnderstood, ({ topic, why, receivedAt, start, bytes }) =>
    row('odd', why, topic, `${bytes} B: ${start}`, timeOf(receivedAt, now)),
  );
  rows('measurements', picture.measurements, ({ gateway, data, receivedAt }) =>
    row(
      data.whose === 'asked' ? 'odd' : 'good',
      data.outcome === 'measured' ? valuesOf(data) : say(data.outcome),
      `${gateway} · ${data.person ?? say('nobody')} · ${say(`kind-${data.kind}`)}`,
      data.whose === 'asked' ? say('whoseAsked', { who: (data.candidates ?? []).join(', ') }) : '',
      timeOf(receivedAt, now),
    ),
  );
  setText(byId('n-odd'), String(picture.health?.notUnderstood ?? 0));
  const wanted = byId('find').value.trim().toLowerCase();
  const found = gateways.filter(({ gateway }) => gateway.toLowerCase().includes(wanted));
  rows('homes', found, (gateway) =>
    row(
      isSilent(gateway) ? 'bad' : 'good',
      gateway.gateway,
      [say(`status-${gateway.status}`), gateway.version].filter(Boolean).join(' · '),
      say('readings', { n: gateway.readings }),
      gateway.lastHeardAt === null ? '' : timeOf(gateway.lastHeardAt, now),
    ),
  );
  return {
    silent: silent.length,
    faults: faults.length,
    heard: gateways.filter(({ status }) => status === 'online').length,
  };
}

/** Counts on, each second, how long each silent home has been silent. */
export function tickSide(now) {
  for (const element of document.querySelectorAll('[data-since]'))
    setText(element, clockOf(now - Number(element.dataset.since)));
}

function rows(id, list, draw) {
  setText(byId(`n-${id}`), String(list.length));
  const shown = list.slice(0, MOST_ROWS).map(draw);
  if (list.length > MOST_ROWS) shown.push(el('li', 'muted', {}, say('more', { n: list.length - MOST_ROWS })));
  if (list.length === 0) shown.push(el('li', 'muted', {}, say('none')));
  byId(id).replaceChildren(...shown);
}

function row(kind, head, under, small, right) {
  return el(
    'li',
    `row ${kind}`,
    {},
    el('span', 'dot', { 'aria-hidden': 'true' }),
    el('div', '', {}, el('b', '', {}, head), el('span', 'under', {}, under), small && el('span', 'small', {}, small)),
    typeof right === 'string' ? el('time', '', {}, right) : right,
  );
}

const counter = (since) => el('time', 'counter', since === null ? {} : { 'data-since': String(since) });

function sinceOf({ status, statusSince }, now) {
  if (statusSince === null) return say('since0');
  return say(status === 'offline' ? 'offlineAt' : 'since', { t: timeOf(statusSince, now) });
}

const valuesOf = ({ values }) => values.map(({ value, unit }) => `${value} ${unit.replace(/[[\]]/g, '')}`).join(' · ');

const byName = (a, b) => a.gateway.localeCompare(b.gateway, undefined, { numeric: true });
