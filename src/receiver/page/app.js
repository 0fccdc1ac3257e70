// The receiving desk: log in, then a live picture of every open alarm and every home that is not protected.

import { askWhatToTell, askWhatWasFound } from './ask.js';
import { bareCard } from './bare.js';
import { isEarly, isOpen, isUnacknowledged, makeCard, waitingSince } from './card.js';
import { arrange, byId, el, setText, short } from './dom.js';
import { fairly } from './fairly.js';
import { livePicture, send } from './live.js';
import { drawSide, isSilent, tickSide } from './side.js';
import { inLanguage, languageNow, say, sayCode, sayHazard, switchLanguage } from './words.js';

/** Cards that are shown of a list, and how many more when somebody asks; of one home before the others had their turn. */
const CARDS = { alarms: 60, early: 30, closed: 30 };
const CARDS_OF_ONE = 10;
const cardsShown = { ...CARDS };
/** A flood of changes is drawn at most so often, ms, and sounds at most so often. */
const DRAW_EVERY = 200;
const RING_EVERY = 1_000;
const cards = new Map();
/** Key -> the call that was announced. */
const called = new Map();
let sound = true;
let audio;
let rangAt = Number.NEGATIVE_INFINITY;
let side = { silent: 0, faults: 0, heard: 0 };

const live = livePicture({
  told(part) {
    if (part?.gone) called.delete(part.gone);
    drawSoon();
    for (const alert of part ? [part.alert].filter(Boolean) : picture.alerts.values()) announce(alert);
  },
  lost: draw,
  refused: showLogin,
});
const { picture } = live;

let drawnAt = Number.NEGATIVE_INFINITY;
let due;
/** The first change is drawn at once, those that follow close on it together. */
function drawSoon() {
  if (due !== undefined) return;
  const wait = drawnAt + DRAW_EVERY - performance.now();
  const drawAll = () => {
    due = undefined;
    drawnAt = performance.now();
    side = drawSide(live.picture, tellHome);
    draw();
  };
  if (wait <= 0) drawAll();
  else due = setTimeout(drawAll, wait);
}

function draw() {
  const now = picture.now();
  const alerts = [...picture.alerts.values()];
  const open = alerts.filter(isOpen).sort(byUrgency);
  const closed = alerts.filter((alert) => !isOpen(alert)).sort((a, b) => b.receivedAt - a.receivedAt);
  const lists = {
    alarms: open.filter((alert) => !isEarly(alert)),
    early: open.filter(isEarly),
    closed,
  };
  const used = new Set();
  for (const [id, list] of Object.entries(lists)) {
    const shown = fairly(list, ({ gateway }) => gateway, CARDS_OF_ONE).slice(0, cardsShown[id]);
    arrange(
      byId(id),
      shown.map((view) => cardOf(view, now, used)),
    );
    setText(byId(`n-${id}`), String(list.length));
    const more = byId(`more-${id}`);
    more.hidden = shown.length === list.length;
    setText(more, say('showNext', { n: Math.min(list.length - shown.length, CARDS[id]) }));
  }
  for (const key of [...cards.keys()]) if (!used.has(key)) cards.delete(key);
  byId('early-part').hidden = lists.early.length === 0;
  byId('quiet').hidden = lists.alarms.length > 0 || !picture.health;
  setText(byId('quiet'), say('quiet', { n: side.heard }));
  drawHead(open);
  tick();
}

function cardOf(view, now, used) {
  used.add(view.key);
  const gateway = picture.gateways.get(view.gateway);
  // A card is drawn again only when something of it changed: what a person is reading or pressing stays.
  const state = JSON.stringify([view, languageNow(), gateway?.status]);
  const before = cards.get(view.key);
  if (before?.state === state) return before.element;
  const card = drawCard(before, view, { now, silent: gateway !== undefined && isSilent(gateway) });
  cards.set(view.key, Object.assign(card, { state }));
  return card.element;
}

/** An alert that the page does not know how to draw is shown bare: it must stop no other, and not be missing. */
function drawCard(before, view, seen) {
  try {
    const card = before && !before.isBare ? before : makeCard(act);
    card.update(view, seen);
    return card;
  } catch {
    return { element: bareCard(view, act, seen.now), tick() {}, isBare: true };
  }
}

/** Unacknowledged before those in hand; then by hazard; then the one that waits longest. */
const byUrgency = (a, b) =>
  Number(isUnacknowledged(b)) - Number(isUnacknowledged(a)) ||
  a.priority - b.priority ||
  waitingSince(a) - waitingSince(b);

function drawHead(open) {
  const { health, connected } = picture;
  const unacknowledged = open.filter((alert) => isUnacknowledged(alert) && !isEarly(alert)).length;
  const counts = [
    ['raised', unacknowledged, 'countRaised'],
    ['open', open.filter((alert) => !isUnacknowledged(alert)).length, 'countOpen'],
    ['early', open.filter(isEarly).length, 'countEarly'],
    ['silent', side.silent, 'countSilent'],
    ['fault', side.faults, 'countFaults'],
  ];
  byId('counts').replaceChildren(
    ...counts.map(([kind, n, words]) =>
      el('li', n > 0 ? `some ${kind}` : kind, {}, el('b', '', {}, String(n)), el('span', '', {}, say(words, { n }))),
    ),
  );
  document.title = unacknowledged > 0 ? say('title', { n: unacknowledged }) : say('brand');
  setText(byId('tenant'), health?.tenant ?? '');
  // The page may be in touch with its server while that is with no home.
  const link = !connected ? 'lost' : health && !health.broker.alarms.up ? 'deaf' : 'live';
  setText(byId('link'), say(link));
  byId('link').className = link === 'live' ? 'pill good' : 'pill bad';
  const notices = [
    !connected && health && say('stale'),
    health && !health.broker.alarms.up && say('brokerDown', { d: health.broker.alarms.detail }),
    health?.broker.alarms.up && !health.broker.records.up && say('recordsDown', { d: health.broker.records.detail }),
    health && !health.store.writable && say('storeDown', { d: health.store.code }),
    health?.store.setAside && say('setAside', { d: health.store.setAside }),
    ...tooMany(),
  ].filter(Boolean);
  const shown = byId('notices');
  if (notices.join('|') !== shown.dataset.said)
    shown.replaceChildren(...notices.map((words) => el('p', '', {}, words)));
  shown.dataset.said = notices.join('|');
}

/** Homes with more open alerts than the receiver lists. */
function tooMany() {
  const homes = [...picture.gateways.values()].filter(({ more }) => more > 0).sort((a, b) => b.more - a.more);
  const told = homes.slice(0, 3).map(({ gateway, more }) => say('homeMore', { g: gateway, n: more }));
  return homes.length > 3 ? [...told, say('otherHomes', { n: homes.length - 3 })] : told;
}

function tick() {
  const now = picture.now();
  for (const card of cards.values()) card.tick(now);
  tickSide(now);
}

async function act(view, name) {
  const found = name === 'resolve' ? await askWhatWasFound(view) : {};
  if (!found) return;
  const { error } = await send(`/api/alerts/${encodeURIComponent(view.key)}/${name}`, { ...found, rev: view.data.rev });
  if (error) setText(byId('announce'), say('actFailed'));
}

/** @param says what the act needs; without it a person is asked what to tell. */
async function tellHome(gateway, act, says) {
  const order = act ? { act, says } : await askWhatToTell(gateway, picture.measurements);
  if (!order) return;
  const { error } = await send(`/api/gateways/${encodeURIComponent(gateway)}/${order.act}`, order.says);
  if (error) setText(byId('announce'), say('actFailed'));
}

/** Says and sounds each call once, those that came while the stream was broken too. */
function announce(alert) {
  const call = `${alert.data.severity} ${alert.data.count}`;
  const isNew = called.get(alert.key) !== call;
  called.set(alert.key, call);
  if (!isNew || !isOpen(alert) || !isUnacknowledged(alert)) return;
  const { data, gateway } = alert;
  const place = short(data.device.room ?? data.device.id, 80);
  const what = `${sayCode('severity-', data.severity)}: ${sayHazard(data.hazard)}, ${place}, ${say('home', { g: gateway })}`;
  setText(byId('announce'), `${what}. ${short(inLanguage(data.text), 280)}`);
  if (sound) ring(isEarly(alert) ? 1 : 3);
}

/** Short tones; silent where the browser allows none before a person has touched the page. */
function ring(times) {
  if (performance.now() - rangAt < RING_EVERY) return;
  rangAt = performance.now();
  audio ??= new AudioContext();
  for (let i = 0; i < times; i += 1) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = 880;
    volume.gain.value = 0.15;
    tone.connect(volume).connect(audio.destination);
    tone.start(audio.currentTime + i * 0.3);
    tone.stop(audio.currentTime + i * 0.3 + 0.18);
  }
}

function drawWords() {
  document.documentElement.lang = languageNow();
  for (const element of document.querySelectorAll('[data-say]')) setText(element, say(element.dataset.say));
  for (const group of document.querySelectorAll('[data-label]')) group.label = say(group.dataset.label);
  for (const input of document.querySelectorAll('[data-hint]')) {
    input.placeholder = say(input.dataset.hint);
    input.setAttribute('aria-label', input.placeholder);
  }
  for (const button of document.querySelectorAll('[data-language]')) setText(button, say('language'));
  setText(byId('sound'), say(sound ? 'soundOn' : 'soundOff'));
  side = drawSide(picture, tellHome);
  draw();
}

function showLogin() {
  live.close();
  byId('desk').hidden = true;
  byId('login').hidden = false;
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given) byId('login-token').value = given;
  byId('login-name').focus();
}

function showDesk(name) {
  byId('login').hidden = true;
  byId('desk').hidden = false;
  byId('login-token').value = '';
  setText(byId('operator'), name);
  // The token must not stay in the address bar, nor in the history.
  if (location.hash) history.replaceState(null, '', '/');
  live.open();
}

byId('login').addEventListener('submit', async (event) => {
  event.preventDefault();
  setText(byId('login-error'), '');
  const { error, name } = await send('/api/login', {
    token: byId('login-token').value.trim(),
    name: byId('login-name').value,
  });
  if (!error) return showDesk(name);
  const words = { 'wrong-token': 'wrongToken', 'too-many-attempts': 'tooMany' }[error] ?? 'noServer';
  setText(byId('login-error'), say(words));
});
byId('logout').addEventListener('click', async () => {
  await send('/api/logout');
  showLogin();
});
byId('sound').addEventListener('click', () => {
  sound = !sound;
  byId('sound').setAttribute('aria-pressed', String(sound));
  drawWords();
});
for (const button of document.querySelectorAll('[data-language]')) {
  button.addEventListener('click', () => {
    switchLanguage();
    drawWords();
  });
}
for (const id of Object.keys(CARDS)) {
  byId(`more-${id}`).addEventListener('click', () => {
    cardsShown[id] += CARDS[id];
    draw();
  });
}
byId('find').addEventListener('input', () => drawSide(picture, tellHome));
setInterval(tick, 500);
drawWords();
const session = await fetch('/api/session').catch(() => undefined);
if (session?.ok) showDesk((await session.json()).name);
else showLogin();
