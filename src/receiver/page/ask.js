// The two dialogs: what was found, before an alert is resolved, and what to tell a home.

import { apart, byId, el, fill, setText } from './dom.js';
import { say, sayHazard } from './words.js';

/** @returns the act and what it says, or undefined when the dialog was left. */
export async function askWhatToTell(gateway, measurements) {
  const people = measurements
    .filter((one) => one.gateway === gateway)
    .flatMap(({ data }) => [data.person, ...(data.candidates ?? [])]);
  byId('order-people').replaceChildren(
    ...[...new Set(people.filter(Boolean))].map((value) => el('option', '', { value })),
  );
  setText(byId('order-home'), gateway);
  byId('order-who').value = '';
  if (!(await answered('order', byId('order-what')))) return undefined;
  const [act, kind] = byId('order-what').value.split(' ');
  const person = byId('order-who').value.trim();
  return { act, says: kind ? { kind, ...(person && { person }) } : undefined };
}

/** @returns the note and, where it was said, whether help was needed; undefined when the dialog was left. */
export async function askWhatWasFound(view) {
  const note = byId('resolve-note');
  note.value = '';
  for (const radio of outcomes()) radio.checked = false;
  const { hazard, device } = view.data;
  fill(byId('resolve-what'), [sayHazard(hazard), ' · ', apart(device.room ?? device.id, 80), ` · ${view.gateway}`]);
  const quick = { quickHelped: 'genuine', quickHospital: 'genuine', quickFalse: 'false-alarm' };
  if (hazard === 'gas') quick.quickGas = 'genuine';
  byId('resolve-quick').replaceChildren(
    ...Object.entries(quick).map(([key, outcome]) =>
      el('button', 'chip', {
        type: 'button',
        textContent: say(key),
        onclick: () => {
          note.value = say(key);
          for (const radio of outcomes()) radio.checked = radio.value === outcome;
          note.focus();
        },
      }),
    ),
  );
  if (!(await answered('resolve', note))) return undefined;
  return { note: note.value.trim(), outcome: outcomes().find((radio) => radio.checked)?.value };
}

const outcomes = () => [...document.querySelectorAll('#resolve input[name=outcome]')];

/** Whether a person sent the dialog off. Escape closes it as well, and must do nothing. */
function answered(id, first) {
  const dialog = byId(id);
  dialog.dataset.sent = '';
  dialog.showModal();
  first.focus();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.dataset.sent === 'yes'), { once: true });
  });
}

for (const dialog of document.querySelectorAll('dialog')) {
  dialog.addEventListener('submit', () => {
    dialog.dataset.sent = 'yes';
  });
  dialog.querySelector('[data-say=back]').addEventListener('click', () => dialog.close());
}
byId('order-what').addEventListener('change', () => {
  byId('order-who-part').hidden = !byId('order-what').value.startsWith('measure');
});
