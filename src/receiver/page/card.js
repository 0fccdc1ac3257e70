// One alert as a card: what, where, since when, what was done, and what to do next.

import { apart, arrange, el, fill, icon, setText, short } from './dom.js';
import {
  clockOf,
  inLanguage,
  say,
  sayCode,
  sayHazard,
  sayOutcome,
  sayParts,
  stampOf,
  timeOf,
  wordOf,
} from './words.js';

const MINUTE = 60_000;
const STORY_SHORT = 4;
/** Characters that are shown of a text before somebody asks for all, and of a name in a heading. */
const TEXT_SHORT = 280;
const NAME_SHORT = 80;

/** Since when somebody waits: the home's own word where its clock is good, else when it reached us, whichever is earlier. */
export const waitingSince = ({ data, firstReceivedAt }) =>
  data.raisedAt.quality === 'synced' ? Math.min(Date.parse(data.raisedAt.wall), firstReceivedAt) : firstReceivedAt;

export const isOpen = ({ data }) => data.state !== 'resolved' && data.state !== 'cancelled';
/** A state that this page does not know is nobody's in hand. */
export const isUnacknowledged = ({ data }) => !['acknowledged', 'resolved', 'cancelled'].includes(data.state);
export const isEarly = ({ data }) => data.severity === 'early';

/**
 * A card: its elements, and what they show. `view` is the alert's; `whole` is true once somebody asked for all of it, and
 * `shortened` while a text is shown in part only.
 *
 * @param act called with the alert's view and the act.
 */
export function makeCard(act) {
  const card = { ...elements(), buttons: {}, view: undefined, whole: false, shortened: false };
  for (const name of ['acknowledge', 'on-the-way', 'resolve', 'hush'])
    card.buttons[name] = el('button', '', { type: 'button', onclick: () => act(card.view, name), 'data-act': name });
  card.actions.append(...Object.values(card.buttons));
  card.more.addEventListener('click', () => {
    card.whole = !card.whole;
    drawTexts(card);
  });
  return {
    element: card.element,
    update(next, { now, silent }) {
      card.view = next;
      draw(card, now, silent);
    },
    tick: (now) => tick(card, now),
  };
}

function elements() {
  const ageWord = el('span', 'age-word');
  const ageClock = el('span', 'age-clock', { role: 'timer' });
  const hazardIcon = el('div', 'icon');
  const title = el('h3');
  const where = el('p', 'where');
  const text = el('p', 'text');
  const tags = el('ul', 'tags');
  const people = el('div', 'people');
  const commands = el('ul', 'commands');
  const story = el('ol', 'story');
  const more = el('button', 'plain more', { type: 'button' });
  const actions = el('div', 'actions');
  const told = el('div', 'told', {}, title, where, text, tags, people, commands, story, more);
  const deal = el('div', 'deal', {}, el('div', 'age', {}, ageWord, ageClock), actions);
  const body = el('div', 'body', {}, told, deal);
  const element = el('article', 'card', {}, el('div', 'inner', {}, hazardIcon, body));
  return { element, hazardIcon, title, where, text, tags, people, commands, story, more, actions, ageWord, ageClock };
}

function draw(card, now, silent) {
  const { element, view, commands } = card;
  const { data } = view;
  element.dataset.state = data.state;
  element.dataset.severity = data.severity;
  element.dataset.key = view.key;
  element.dataset.open = String(isOpen(view));
  drawHeading(card, now);
  card.tags.replaceChildren(...tagsOf(view, now, silent).map(([kind, words]) => el('li', `tag ${kind}`, {}, words)));
  arrange(commands, view.commands.filter(stillTold).slice(-3).map(commandRow));
  drawTexts(card);
  drawButtons(card);
  tick(card, now);
}

function drawHeading({ element, view, hazardIcon, title, where }, now) {
  const { data, gateway } = view;
  const { room, id } = data.device;
  hazardIcon.replaceChildren(icon(data.hazard));
  fill(title, [sayHazard(data.hazard, isEarly(view)), room && [' · ', apart(room, NAME_SHORT)]]);
  fill(where, [el('b', '', {}, gateway), ' · ', apart(id, NAME_SHORT), ` · ${stampOf(data.raisedAt, now)}`]);
  where.title = data.raisedAt.quality === 'estimated' ? say('estimated') : '';
  element.setAttribute('aria-label', `${sayCode('severity-', data.severity)}: ${title.textContent}`);
}

/** Each with its kind and its words. */
function tagsOf(view, now, silent) {
  const { data, past } = view;
  const late = view.firstReceivedAt - Date.parse(data.raisedAt.wall);
  const list = [
    ['severity', sayCode('severity-', data.severity)],
    past && ['past', past.ageMs === null ? say('pastUnknown') : say('past', { d: clockOf(past.ageMs) })],
    data.count > 1 && ['count', say('timesLong', { n: data.count, t: stampOf(data.calledAt, now) })],
    isOpen(view) && data.hazard !== 'help' && (data.conditionPresent ? ['present', say('present')] : ['', say('gone')]),
    !past && data.raisedAt.quality === 'synced' && late > MINUTE && ['late', say('late', { d: clockOf(late) })],
    view.cut && ['cut', say('cut')],
    data.truncated && ['cut', say('truncated')],
    !view.stored && ['bad', say('notStored')],
    isOpen(view) && silent && ['bad', say('homeSilent')],
  ];
  return list.filter(Boolean);
}

/** An act that the home confirmed shows in the alert itself; what waits or went wrong is told here. */
const stillTold = ({ state, act }) => state !== 'done' || act === 'hush';

function commandRow(command) {
  const outcome = el('span', 'outcome');
  const name = el('b', '', {}, say(command.act));
  const row = el('li', `command ${command.state}`, {}, name, ' · ', apart(command.by), ' · ', outcome);
  row.command = command;
  drawOutcome(row, command.madeAt);
  return row;
}

function drawOutcome(row, now) {
  setText(row.querySelector('.outcome'), sayOutcome(row.command, now));
}

/** All that somebody may ask to see whole. */
function drawTexts(card) {
  card.shortened = false;
  setText(card.text, lengthOf(card, inLanguage(card.view.data.text)));
  drawPeople(card);
  drawStory(card);
}

/** A text at the length that is asked for. */
function lengthOf(card, said) {
  const words = wordOf(said);
  if (words.length > TEXT_SHORT) card.shortened = true;
  return card.whole ? words : short(words, TEXT_SHORT);
}

function drawPeople(card) {
  const { acknowledgedBy, onTheWay, resolution } = card.view.data;
  const told = (said) => apart(lengthOf(card, said));
  const done = (key, gaps) => el('p', 'done', {}, sayParts(key, gaps, told));
  fill(card.people, [
    acknowledgedBy && done('acknowledgedBy', { p: acknowledgedBy.name }),
    onTheWay && done('onTheWayBy', { p: onTheWay.name }),
    resolution && done('resolvedBy', { p: resolution.by.name, found: resolution.found }),
  ]);
}

/** The last of the drawn texts: by then it is known whether one was shortened. */
function drawStory(card) {
  const { view, whole, story, more } = card;
  const now = Math.max(view.receivedAt, view.firstReceivedAt);
  const lines = [{ kind: 'raised', at: view.data.raisedAt }, ...view.data.story];
  const shown = whole ? lines : lines.slice(-STORY_SHORT);
  const told = (said) => apart(lengthOf(card, said));
  fill(
    story,
    shown.map((entry) =>
      el('li', '', {}, el('time', '', {}, stampOf(entry.at, now)), el('span', '', {}, storyText(entry, now, told))),
    ),
  );
  const isLong = lines.length > STORY_SHORT;
  more.hidden = !isLong && !card.shortened;
  setText(more, say(whole ? 'storyLess' : isLong ? 'storyAll' : 'storyMore', { n: lines.length }));
}

function drawButtons({ view, buttons, actions }) {
  const { state, onTheWay } = view.data;
  const waits = new Set(view.commands.filter((command) => command.state === 'waiting').map((command) => command.act));
  const next = state === 'acknowledged' ? (onTheWay ? 'resolve' : 'on-the-way') : 'acknowledge';
  for (const [name, button] of Object.entries(buttons)) {
    setText(button, say(name === 'resolve' ? 'resolveButton' : name));
    button.className = name === next ? 'primary' : '';
    button.hidden =
      (name === 'acknowledge' && state === 'acknowledged') || (name === 'on-the-way' && Boolean(onTheWay));
    button.disabled = waits.has(name);
  }
  actions.hidden = !isOpen(view);
}

/** What changes with the time alone. */
function tick({ element, view, commands, ageWord, ageClock }, now) {
  const span = now - waitingSince(view);
  const { state, onTheWay } = view.data;
  element.dataset.age = !isUnacknowledged(view) ? 'none' : span >= 5 * MINUTE ? '2' : span >= MINUTE ? '1' : '0';
  setText(ageWord, onTheWay && state === 'acknowledged' ? say('onTheWay') : sayCode('state-', state));
  setText(ageClock, isOpen(view) ? clockOf(span) : timeOf(view.receivedAt, now));
  for (const row of commands.children) drawOutcome(row, now);
}

/** @param told what the home says, as an element. */
function storyText(entry, now, told) {
  switch (entry.kind) {
    case 'output': {
      const tries = entry.attempts > 1 ? ` (${say('times', { n: entry.attempts })})` : '';
      return [
        ...[sayCode('kind-', entry.outputKind), ' ', told(entry.output), ': '],
        ...[told(sayCode('do-', entry.action)), ', ', told(sayCode('result-', entry.result)), tries],
      ];
    }
    case 'person':
      return [
        ...[told(entry.by?.name), ' (', told(sayCode('role-', entry.by?.role)), ') · ', told(say(entry.act))],
        entry.note && [': ', told(entry.note)],
        entry.refused && [': ', sayParts('refused', { why: say(entry.refused) }, told)],
      ];
    case 'hushed':
      return say('story-hushed', { t: timeOf(instantOf(entry.untilWall ?? entry.until), now) });
    case 'raised':
    case 'resounded':
    case 'restarted':
    case 'overdue':
      return say(`story-${entry.kind}`);
    default:
      return told(entry.kind);
  }
}

const instantOf = (said) =>
  typeof said === 'number' ? said : typeof said === 'string' ? Date.parse(said) : Number.NaN;
