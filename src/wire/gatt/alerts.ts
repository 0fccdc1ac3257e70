// What makes a band vibrate and shows a line of text on it: Immediate Alert Service and Alert Notification Service.

/** 2A06, Alert Level. */
export const alertLevel = (level: 'none' | 'mild' | 'high'): Uint8Array =>
  Uint8Array.of({ none: 0, mild: 1, high: 2 }[level]);

const SIMPLE_ALERT = 0;
/** Text octets of a New Alert (Alert Notification Service 1.0, 3.2.1). */
const LONGEST_TEXT = 18;

/** 2A46, New Alert: one simple alert, its text shortened to whole characters. */
export const newAlert = (text: string, longest = LONGEST_TEXT): Uint8Array =>
  Uint8Array.of(SIMPLE_ALERT, 1, ...cutText(text, longest));

/** UTF-8 of at most `longest` bytes, cut between characters. */
export function cutText(text: string, longest: number): Uint8Array {
  let cut = '';
  let size = 0;
  for (const character of text) {
    const bytes = new TextEncoder().encode(character).length;
    if (size + bytes > longest) break;
    cut += character;
    size += bytes;
  }
  return new TextEncoder().encode(cut);
}
