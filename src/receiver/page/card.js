// One alert as a card: what, where, since when, what was done, and what to do next.

import { arrange, el, icon, setText } from './dom.js';
import { clockOf, inLanguage, say, sayCode, sayHazard, sayOutcome, stampOf, timeOf } from './words.js';

const MINUTE = 60_000;
const STORY_SHORT = 4;

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
  more.addEventListener('click', () => {
    whole = !whole;
    drawStory();
  });

  function update(next, { now, silent }) {
    view = next;
    const { data } = view;
    element.dataset.state = data.state;
    element.dataset.severity = data.severity;
    element.dataset.key = view.key;
    element.dataset.open = String(isOpen(view));
    hazardIcon.replaceChildren(icon(data.hazard));
    setText(title, [sayHazard(data.hazard, isEarly(view)), data.device.room].filter(Boolean).join(' · '));
    where.replaceChildren(el('b', '', {}, view.gateway), ` · ${data.device.id} · ${stampOf(data.raisedAt, now)}`);
    where.title = data.raisedAt.quality === 'estimated' ? say('estimated') : '';
    setText(text, inLanguage(data.text));
    element.setAttribute('aria-label', `${sayCode('severity-', data.severity)}: ${title.textContent}`);
    drawTags(now, silent);
    drawPeople();
    arrange(commands, view.commands.filter(stillTold).slice(-3).map(commandRow));
    drawStory();
    drawButtons();
    tick(now);
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
      !view.stored && ['bad', say('notStored')],
      isOpen(view) && silent && ['bad', say('homeSilent')],
    ];
    tags.replaceChildren(...list.filter(Boolean).map(([kind, words]) => el('li', `tag ${kind}`, {}, words)));
  }

  function drawPeople() {
    const { acknowledgedBy, onTheWay, resolution } = view.data;
    people.replaceChildren(
      ...[
        acknowledgedBy && el('p', 'done', {}, say('acknowledgedBy', { p: acknowledgedBy.name })),
        onTheWay && el('p', 'done', {}, say('onTheWayBy', { p: onTheWay.name })),
        resolution && el('p', 'done', {}, say('resolvedBy', { p: resolution.by.name, found: resolution.found })),
      ].filter(Boolean),
    );
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
      ` · ${command.by} · `,
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
    story.replaceChildren(
      ...shown.map((entry) => el('li', '', {}, el('time', '', {}, stampOf(entry.at, now)), storyText(entry, now))),
    );
    more.hidden = lines.length <= STORY_SHORT;
    setText(more, whole ? say('storyLess') : say('storyAll', { n: lines.length }));
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

function storyText(entry, now) {
  switch (entry.kind) {
    case 'output': {
      const output = `${say(`kind-${entry.outputKind}`)} ${entry.output}`;
      const tries = entry.attempts > 1 ? ` (${say('times', { n: entry.attempts })})` : '';
      return `${output}: ${say(`do-${entry.action}`)}, ${say(`result-${entry.result}`)}${tries}`;
    }
    case 'person': {
      const who = `${entry.by?.name ?? ''} (${sayCode('role-', entry.by?.role)})`;
      const refused = entry.refused ? `: ${say('refused', { why: say(entry.refused) })}` : '';
      return `${who} · ${say(entry.act)}${entry.note ? `: ${entry.note}` : ''}${refused}`;
    }
    case 'hushed': {
      const until = typeof entry.untilWall === 'number' ? entry.untilWall : Date.parse(entry.untilWall ?? entry.until);
      return say('story-hushed', { t: timeOf(until, now) });
    }
    case 'raised':
    case 'resounded':
    case 'restarted':
    case 'overdue':
      return say(`story-${entry.kind}`);
    default:
      return String(entry.kind);
  }
}
