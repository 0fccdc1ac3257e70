// A card for an alert that the page cannot draw: what, which home, when, and what to do. It asks of the alert no more than that.

import { el } from './dom.js';
import { say, sayHazard, timeOf } from './words.js';

/** @param act called with the alert's view and the act. */
export function bareCard(view, act, now) {
  const button = (name, key = name) =>
    el('button', '', { type: 'button', onclick: () => act(view, name), 'data-act': name }, say(key));
  return el(
    'article',
    'card bare',
    { 'data-key': view.key },
    el('h3', '', {}, sayHazard(view.data.hazard)),
    el('p', 'where', {}, el('b', '', {}, view.gateway), ` · ${timeOf(view.firstReceivedAt, now)}`),
    el('p', 'text', {}, say('cannotShow')),
    el('div', 'actions', {}, button('acknowledge'), button('on-the-way'), button('resolve', 'resolveButton')),
  );
}
