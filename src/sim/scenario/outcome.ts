// What came of a replay: its lines gathered into alerts, warnings and faults, each with its beginning and its end.

import { deviceIn } from '#base/subject.ts';

/** A line that a replay wrote. */
export type OutputLine = Record<string, unknown>;

export interface Happened {
  list: 'alerts' | 'warnings' | 'faults' | 'presence';
  /** What it is, apart from when: two with the same could be mistaken for each other. */
  name: string;
  /** Ms since the Unix epoch. */
  t: number;
  /** When its cause went; undefined while it is there. */
  endedAt: number | undefined;
  /** Alerts: the state at the end, and how often it was called. */
  state?: string;
  count?: number;
}

/** Takes line by line, and gathers. */
export function outcome() {
  const all: Happened[] = [];
  const alerts = new Map<unknown, Happened>();
  const faults = new Map<string, Happened>();

  function alert(line: OutputLine, t: number): void {
    let known = alerts.get(line.id);
    if (!known) {
      const severity = String(line.severity);
      known = {
        list: 'alerts',
        name: alertName(String(line.hazard), severity, deviceOf(line.subject)),
        t,
        endedAt: undefined,
      };
      alerts.set(line.id, known);
      all.push(known);
    }
    known.state = String(line.state);
    known.count = Number(line.count);
    // An alert that a person closes while its cause is there is not ended by it.
    if (line.conditionPresent === true) known.endedAt = undefined;
    else known.endedAt ??= t;
  }

  function fault(line: OutputLine, t: number): void {
    const name = faultName(String(line.code), deviceOf(line.subject));
    if (line.active === true) {
      if (faults.has(name)) return;
      // Reported once it had lasted; a scenario names when it begins.
      const began = typeof line.since === 'number' ? line.since : t;
      const begun: Happened = { list: 'faults', name, t: began, endedAt: undefined };
      faults.set(name, begun);
      all.push(begun);
      return;
    }
    const begun = faults.get(name);
    if (begun) begun.endedAt = t;
    faults.delete(name);
  }

  return {
    all,
    take(line: OutputLine): void {
      const t = Number(line.t);
      if (line.type === 'alert') alert(line, t);
      else if (line.type === 'fault') fault(line, t);
      // Its end is no event of its own: a movement, or the alert that came of it.
      else if (line.type === 'warning' && line.active !== false)
        all.push({
          list: 'warnings',
          name: warningName(String(line.hazard), deviceOf(line.subject)),
          t,
          endedAt: undefined,
        });
      else if (line.type === 'presence')
        all.push({ list: 'presence', name: presenceName(String(line.value)), t, endedAt: undefined });
    },
  };
}

const of = (device: string | undefined) => (device === undefined ? '' : ` of ${device}`);
export const alertName = (hazard: string, severity: string, device: string | undefined) =>
  `${hazard} ${severity}${of(device)}`;
export const faultName = (code: string, device: string | undefined) => `${code}${of(device)}`;
export const warningName = (hazard: string, device: string | undefined) => `${hazard}${of(device)}`;
export const presenceName = (value: string) => value;

/** `device:gas-1` is known by its id; what is about a person, a room or the gateway, by no device. */
function deviceOf(subject: unknown): string | undefined {
  const text = String(subject ?? '');
  return deviceIn(text);
}
