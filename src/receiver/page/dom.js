// Making and keeping elements. Everything from outside becomes text, never markup, and never a command to what shows it.

/** No text that is shown has more characters; the receiver cuts before. */
const LONGEST = 2_100;
/**
 * What commands rather than writes: C0 and C1 but for white space, and what turns the direction of others (UAX 9), or breaks lines
 * and hides (U+2028, U+2029, U+FEFF, U+FFF9 to U+FFFB).
 */
const commanding = /(?![\t\n\r])\p{Cc}|\p{Bidi_Control}|[\u180e\u2028\u2029\ufeff\ufff9-\ufffb]/gu;
const markOf = (mark) => `⟨U+${mark.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`;

/** Text as it may be shown: commands as marks. */
export const visible = (text) => short(String(text), LONGEST).replaceAll(commanding, markOf);

/** The beginning of a text, where it is longer. */
export function short(text, most) {
  if (typeof text !== 'string' || text.length <= most) return text ?? '';
  return `${text.slice(0, most - 1)}…`.toWellFormed();
}

/** Text from outside within a line: whatever its letters, it moves nothing around it. */
export const apart = (text, most = LONGEST) => el('bdi', '', {}, short(text, most));

export const byId = (id) => document.getElementById(id);

/** An element with a class, properties and children, which may be lists; strings become text nodes. */
export function el(tag, className = '', properties = {}, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (name.includes('-') || name === 'role') made.setAttribute(name, value);
    else made[name] = name === 'textContent' || name === 'title' ? visible(value) : value;
  }
  made.append(...nodes(children));
  return made;
}

/** Children in place of those that are there; strings become text nodes. */
export const fill = (parent, children) => parent.replaceChildren(...nodes(children));

const nodes = (children) =>
  [children]
    .flat(3)
    .filter((child) => child !== undefined && child !== false && child !== '')
    .map((child) => (child instanceof Node ? child : visible(child)));

/** Puts `wanted` into `parent` in order, moving only what is out of place, so that focus and open parts stay. */
export function arrange(parent, wanted) {
  const keep = new Set(wanted);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  wanted.forEach((child, index) => {
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
  });
}

/** Sets text only where it differs, so that a screen reader is not told the same again. */
export function setText(element, text) {
  const shown = visible(text);
  if (element.textContent !== shown) element.textContent = shown;
}

const shapes = {
  help: 'M12 2a5 5 0 0 1 5 5v3.500l1.700 3.600a2 2 0 0 1-1.800 2.900H7.100a2 2 0 0 1-1.800-2.900L7 10.500V7a5 5 0 0 1 5-5zm-2.500 17h5a2.500 2.500 0 0 1-5 0z',
  gas: 'M12.500 2c.6 3.200-1 4.700-2.500 6.300C8.400 10 7 11.600 7 14.200A5.100 5.100 0 0 0 12.100 20a5 5 0 0 0 5-5.100c0-2-.8-3.400-1.700-4.700-.3 1.200-.9 2-1.800 2.500.3-3.700-.2-7.700-1.100-10.700zM5 21h14v1.600H5z',
  co: 'M8.500 7a5 5 0 0 1 4 2l-1.700 1.300a2.900 2.900 0 1 0 0 3.400l1.700 1.300a5 5 0 1 1-4-8zm8.500 0a5 5 0 1 1 0 10 5 5 0 0 1 0-10zm0 2.100a2.900 2.900 0 1 0 0 5.800 2.900 2.900 0 0 0 0-5.800z',
  smoke:
    'M7 15a4 4 0 0 1-.5-7.970 5.500 5.500 0 0 1 10.600-.9A4.500 4.500 0 0 1 17.500 15zM5 17.500h9v1.700H5zm5 3.200h9v1.700h-9zM16 17.500h3v1.700h-3z',
  fall: 'M5 4a2.2 2.2 0 1 0 0 4.400A2.200 2.200 0 0 0 5 4zm2.500 6 6.500 3.500 6.500-1v2.200l-6.800 1.300-3.200-1.400-1.500 3.400H21v2H3l3-8.200z',
  heat: 'M12 2a3 3 0 0 1 3 3v7.800a5 5 0 1 1-6 0V5a3 3 0 0 1 3-3zm-1 6v6.200a3 3 0 1 0 2 0V8z',
  'water-leak':
    'M12 2c3.500 4.600 6.500 8.200 6.500 12.200a6.500 6.500 0 0 1-13 0C5.500 10.200 8.500 6.600 12 2zm0 16.500a4.300 4.300 0 0 0 4.300-4.300h-2a2.300 2.300 0 0 1-2.300 2.300z',
  vital:
    'M12 20.500 4.300 13a5 5 0 0 1 7.100-7.100l.6.6.6-.6A5 5 0 0 1 19.700 13zM3 11h5l1.500-2.500 2.500 5 2-3.500h7v1.600h-6l-3 5-2.600-5.200L9 12.600H3z',
  clock:
    'M12 2.500a9.500 9.500 0 1 1 0 19 9.500 9.500 0 0 1 0-19zm0 2.200a7.300 7.300 0 1 0 0 14.600 7.300 7.300 0 0 0 0-14.600zM11 7h2v4.600l3.200 1.900-1 1.700L11 12.700z',
};
/** Which of the shapes a hazard has that has none of its own; the others are noticed by the clock. */
const alike = {
  hot: 'heat',
  cold: 'heat',
  'water-running': 'water-leak',
  'water-unused': 'water-leak',
  breathing: 'vital',
};

export function icon(name) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(space, 'path');
  const own = Object.hasOwn(alike, name) ? alike[name] : name;
  path.setAttribute('d', Object.hasOwn(shapes, own) ? shapes[own] : shapes.clock);
  path.setAttribute('fill-rule', 'evenodd');
  svg.append(path);
  return svg;
}
