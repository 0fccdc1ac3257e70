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

/** @param act called with the alert's view and the act. */
export function makeCard(act) {
  const age = el('div', 'age');
  const ageWord = el('span', 'age-word');
  const ageClock = el('span', 'age-clock', { role: 'timer' });
  age.append(ageWord, ageClock);
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
  const buttons = Object.fromEntries(
    ['acknowledge', 'on-the-way', 'resolve', 'hush'].map((name) => [
      name,
      el('button', '', { type: 'button', onclick: () => act(view, name), 'data-act': name }),
    ]),
  );
  actions.append(...Object.values(buttons));
  const told = el('div', 'told', {}, title, where, text, tags, people, commands, story, more);
  const body = el('div', 'body', {}, told, el('div', 'deal', {}, age, actions));
  const element = el('article', 'card', {}, el('div', 'inner', {}, hazardIcon, body));
  let view;
  let whole = false;
  /** Whether a text is shown in part only. */
  let shortened = false;
  more.addEventListener('click', () => {
    whole = !whole;
    drawTexts();
  });

  function update(next, { now, silent }) {
    view = next;
    const { data } = view;
    element.dataset.state = data.state;
    element.dataset.severity = data.severity;
    element.dataset.key = view.key;
    element.dataset.open = String(isOpen(view));
    hazardIcon.replaceChildren(icon(data.hazard));
    const { room, id } = data.device;
    fill(title, [sayHazard(data.hazard, isEarly(view)), room && [' · ', apart(room, NAME_SHORT)]]);
    fill(where, [el('b', '', {}, view.gateway), ' · ', apart(id, NAME_SHORT), ` · ${stampOf(data.raisedAt, now)}`]);
    where.title = data.raisedAt.quality === 'estimated' ? say('estimated') : '';
    element.setAttribute('aria-label', `${sayCode('severity-', data.severity)}: ${title.textContent}`);
    drawTags(now, silent);
    arrange(commands, view.commands.filter(stillTold).slice(-3).map(commandRow));
    drawTexts();
    drawButtons();
    tick(now);
  }

  function drawTexts() {
    shortened = false;
    setText(text, lengthOf(inLanguage(view.data.text)));
    drawPeople();
    drawStory();
  }

  /** A text at the length that is asked for. */
  function lengthOf(said) {
    const words = wordOf(said);
    if (words.length > TEXT_SHORT) shortened = true;
    return whole ? words : short(words, TEXT_SHORT);
  }

  function drawTags(now, silent) {
    const { data } = view;
    const late = view.firstReceivedAt - Date.parse(data.raisedAt.wall);
    const list = [
      ['severity', sayCode('severity-', data.severity)],
      view.past && [
        'past',
        view.past.ageMs === null ? say('pastUnknown') : say('past', { d: clockOf(view.past.ageMs) }),
      ],
      data.count > 1 && ['count', say('timesLong', { n: data.count, t: stampOf(data.calledAt, now) })],
      isOpen(view) &&
        data.hazard !== 'help' &&
        (data.conditionPresent ? ['present', say('present')] : ['', say('gone')]),
      !view.past && data.raisedAt.quality === 'synced' && late > MINUTE && ['late', say('late', { d: clockOf(late) })],
      view.cut && ['cut', say('cut')],
      data.truncated && ['cut', say('truncated')],
      !view.stored && ['bad', say('notStored')],
      isOpen(view) && silent && ['bad', say('homeSilent')],
    ];
    tags.replaceChildren(...list.filter(Boolean).map(([kind, words]) => el('li', `tag ${kind}`, {}, words)));
  }

  function drawPeople() {
    const { acknowledgedBy, onTheWay, resolution } = view.data;
    const done = (key, gaps) =>
      el(
        'p',
        'done',
        {},
        sayParts(key, gaps, (said) => apart(lengthOf(said))),
      );
    fill(people, [
      acknowledgedBy && done('acknowledgedBy', { p: acknowledgedBy.name }),
      onTheWay && done('onTheWayBy', { p: onTheWay.name }),
      resolution && done('resolvedBy', { p: resolution.by.name, found: resolution.found }),
    ]);
  }

  /** An act that the home confirmed shows in the alert itself; what waits or went wrong is told here. */
  const stillTold = ({ state, act: name }) => state !== 'done' || name === 'hush';

  function commandRow(command) {
    const outcome = el('span', 'outcome');
    const row = el(
      'li',
      `command ${command.state}`,
      {},
      el('b', '', {}, say(command.act)),
      ' · ',
      apart(command.by),
      ' · ',
      outcome,
    );
    row.command = command;
    drawOutcome(row, command.madeAt);
    return row;
  }

  function drawOutcome(row, now) {
    setText(row.querySelector('.outcome'), sayOutcome(row.command, now));
  }

  function drawStory() {
    const { data } = view;
    const now = Math.max(view.receivedAt, view.firstReceivedAt);
    const lines = [{ kind: 'raised', at: data.raisedAt }, ...data.story];
    const shown = whole ? lines : lines.slice(-STORY_SHORT);
    const told = (said) => apart(lengthOf(said));
    fill(
      story,
      shown.map((entry) =>
        el('li', '', {}, el('time', '', {}, stampOf(entry.at, now)), el('span', '', {}, storyText(entry, now, told))),
      ),
    );
    const isLong = lines.length > STORY_SHORT;
    more.hidden = !isLong && !shortened;
    setText(more, say(whole ? 'storyLess' : isLong ? 'storyAll' : 'storyMore', { n: lines.length }));
  }

  function drawButtons() {
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

  function tick(now) {
    const span = now - waitingSince(view);
    const unacknowledged = isUnacknowledged(view);
    element.dataset.age = !unacknowledged ? 'none' : span >= 5 * MINUTE ? '2' : span >= MINUTE ? '1' : '0';
    setText(
      ageWord,
      view.data.onTheWay && view.data.state === 'acknowledged' ? say('onTheWay') : sayCode('state-', view.data.state),
    );
    setText(ageClock, isOpen(view) ? clockOf(span) : timeOf(view.receivedAt, now));
    for (const row of commands.children) drawOutcome(row, now);
  }

  return { element, update, tick };
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
