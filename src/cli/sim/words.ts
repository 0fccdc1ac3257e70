// A play and a replay as lines for a person.

/** An event of a live play; `move` and `skipped` carry the change as the simulation has it. */
export type PlayEvent = { kind: string; [field: string]: unknown } & (
  | { kind: 'config'; config: Record<string, unknown> }
  | { kind: 'waiting'; devices: string[] }
  | { kind: 'begin'; at: string }
  | { kind: 'move' | 'skipped'; at: string; change: { do: string } }
  | { kind: 'output'; at: string; device: string; on: boolean }
  | { kind: 'end'; played: boolean }
);

type Fields = Record<string, unknown>;

export function narrated(event: Exclude<PlayEvent, { kind: 'config' }>): string {
  switch (event.kind) {
    case 'waiting':
      return `waiting for a gateway to open: ${event.devices.join(', ')} (Ctrl-C ends)`;
    case 'begin':
      return `${event.at}  begins`;
    case 'move':
      return `${event.at}  ${changeText(event.change as Fields)}`;
    case 'skipped':
      return `${event.at}  ${changeText(event.change as Fields)} (in a replay only: passed over)`;
    case 'output':
      return `${event.at}  ${event.device} is ${event.on ? 'on' : 'off'}`;
    case 'end':
      return event.played ? 'the scenario is over' : 'ended';
  }
}

const troubleWords: Record<string, [on: string, off: string]> = {
  unplug: ['is unplugged', 'is plugged in'],
  silence: ['says nothing any more', 'speaks again'],
  garbage: ['is drowned in garbage', 'is free of garbage'],
  slow: ['answers slowly', 'answers in time again'],
  stuck: ['is stuck', 'is stuck no more'],
  drift: ['drifts', 'drifts no more'],
  'sensor-fault': ['says that it is broken', 'is well again'],
  'end-of-life': ['says that its life is over', 'was replaced'],
};

function changeText(change: Fields): string {
  const { device } = change;
  switch (change.do) {
    case 'button':
      return `${device}: ${change.value}`;
    case 'set':
      return `${device}: ${change.quantity} is ${change.value}`;
    case 'course': {
      const points = change.points as { afterMs: number; value: number }[];
      const last = points.at(-1);
      return `${device}: ${change.quantity} goes to ${last?.value} within ${(last?.afterMs ?? 0) / 1_000} s`;
    }
    case 'trouble':
      return `${device} ${troubleWords[String(change.trouble)]?.[0] ?? change.trouble}`;
    case 'over':
      return `${device} ${troubleWords[String(change.trouble)]?.[1] ?? `${change.trouble} is over`}`;
    case 'say':
      return `somebody says: ${change.word}`;
    case 'clock':
      return `the wall clock is stepped by ${Number(change.stepMs) / 1_000} s`;
    case 'gateway':
      return `the gateway is switched ${change.on ? 'on' : 'off'}`;
    default:
      return String(change.do);
  }
}

/** A line that the replay wrote, with the home's time before it. */
export function outcomeText(line: Fields, localTime: (t: number) => string): string {
  const at = localTime(Number(line.t));
  const kind = String(line.type).padEnd(8);
  switch (line.type) {
    case 'alert': {
      const { en } = (line.text ?? {}) as { en?: string };
      const gone = line.conditionPresent === false ? ', its cause is gone' : '';
      return `${at}  ${kind}  ${line.id} ${line.state}${gone}  ${en ?? `${line.hazard} ${line.subject}`}`;
    }
    case 'fault':
      return `${at}  ${kind}  ${line.code} of ${line.subject}${line.active ? '' : ' is over'}`;
    case 'warning': {
      const { en } = (line.text ?? {}) as { en?: string };
      return `${at}  ${kind}  ${line.active ? '' : 'over: '}${en ?? `${line.hazard} of ${line.subject}`}`;
    }
    case 'said-over': {
      const { en } = (line.text ?? {}) as { en?: string };
      return `${at}  ${kind}  ${en ?? line.said}`;
    }
    case 'presence':
      return `${at}  ${kind}  ${line.value}`;
    default: {
      const { t: _, type: __, ...rest } = line;
      return `${at}  ${kind}  ${JSON.stringify(rest)}`;
    }
  }
}
