// The drivers of a radio as the gateway sees them: a driver host like the one for wires, whose drivers run in a process of
// their own. When that process ends, its devices are lost with a reason until it is back; nothing else notices.

import type { ConfiguredDevice } from '#contract/config.ts';
import type { AnyDriver } from '#contract/driver.ts';
import type { FaultCode } from '#contract/fault.ts';
import { type Cancel, later, SECOND } from '#contract/time.ts';
import { endsOnce } from '../fault-ends.ts';
import { noDevice } from '../host.ts';
import type { DriverHost, HostPorts } from '../ports.ts';
import { causesOf, radioDevices } from './devices.ts';
import { dropWatch } from './drop-watch.ts';
import { messagesFrom, type ToChild, type ToParent } from './messages.ts';
import { type PairingRadio, pairingRequests } from './pairing-requests.ts';
import { performing } from './performing.ts';
import { type RadioProcess, radioProcess } from './process.ts';
import type { KeptStore, RadioProfile } from './profile.ts';

export type { PairingRadio } from './pairing-requests.ts';

export interface RadioHostOptions<Settings, Kept, Found> {
  profile: RadioProfile<Settings, Kept, Found>;
  /** Node, its arguments and main.ts: what the radio's process is started with. */
  program: readonly string[];
  drivers: readonly AnyDriver[];
  ports: Pick<HostPorts, 'clock' | 'log' | 'accept' | 'heard' | 'fault' | 'install' | 'remove'>;
  secretsDir: string | undefined;
  /** That of a device that was paired. */
  secret?(deviceId: string): string | undefined;
  kept?: KeptStore<Kept> | undefined;
  /** As the configuration has them, when asked: a radio whose settings changed begins anew. */
  settings(): Settings;
}

/** After pairing the radio is not let go at once: what was found is often listened to next. */
const LINGERS_MS = 5 * SECOND;
/** How much longer silence is borne after restarts that did not help, at most. */
const MOST_PATIENCE = 16;

type RadioHost<Found> = DriverHost & PairingRadio<Found>;

export function createRadioHost<Settings, Kept, Found>(
  options: RadioHostOptions<Settings, Kept, Found>,
): RadioHost<Found> {
  const { profile, ports } = options;
  const { clock } = ports;
  const { subject } = profile;
  /** Faults of the radio itself that are on. */
  const trouble = new Set<FaultCode>();
  const { fault, forget } = endsOnce((code, about, active, ...more) => {
    if (about === subject && active) trouble.add(code);
    if (about === subject && !active) trouble.delete(code);
    ports.fault(code, about, active, ...more);
  });
  const devices = radioDevices({ ...options, fault, forget: (id) => forget(`device:${id}`) });
  const dropped = dropWatch(clock, (active, context) => fault('readings-dropped', subject, active, context));
  const requests = performing((message) => radio?.send(message) ?? false);
  const pairing = pairingRequests<Found>({ ask, over });
  let radio: RadioProcess | undefined;
  /** What the process was set up with, as JSON. */
  let settings = '';
  let patience = 1;
  let lingering: Cancel | undefined;

  function start(): RadioProcess {
    settings = JSON.stringify(options.settings());
    return radioProcess({
      program: options.program,
      name: profile.transport,
      messages: messagesFrom(profile),
      clock,
      log: ports.log.child({ process: profile.transport }),
      ready,
      message: (message) => on[message.say](message as never),
      settled: () => fault('radio-process-failed', subject, false),
      ended(why, asked) {
        requests.ended(why);
        if (!asked) fault('radio-process-failed', subject, true, { reason: why });
        devices.processEnded();
      },
    });
  }

  function ready(): void {
    const inForce = options.settings();
    settings = JSON.stringify(inForce);
    radio?.send({ say: 'setup', settings: inForce, secretsDir: options.secretsDir, patience });
    radio?.send(known(devices.all(), options));
    for (const message of pairing.open()) radio?.send(message);
  }

  const on: { [Say in ToParent['say']]: (message: Extract<ToParent<Kept, Found>, { say: Say }>) => void } = {
    ready: () => undefined,
    log: () => undefined,
    reading: devices.reading,
    heard: devices.heard,
    fault(message) {
      const { code, device, active, context } = message;
      if (device !== null) return devices.fault({ ...message, device });
      if (code === profile.faults.stalled && !active) patience = 1;
      fault(code, subject, active, context);
    },
    performed: requests.answered,
    alive: (message) => dropped(message.dropped, message.flooding),
    keep({ device: id, kept, urgent }) {
      const device = devices.find(id);
      if (device) options.kept?.keep(device, kept, urgent);
    },
    found: (message) => pairing.found(message.devices, [...trouble]),
    trial: ({ report }) => pairing.reported(report),
    stalled({ why }) {
      patience = Math.min(patience * 2, MOST_PATIENCE);
      radio?.restart(why);
    },
  };

  const needed = () => devices.all().length > 0 || pairing.underWay();

  /** Somebody wants to pair: the radio is needed though no device of the home may need it. */
  function ask(message: ToChild): void {
    if (radio) radio.send(message);
    else radio = start();
  }

  function over(message: ToChild): void {
    radio?.send(message);
    lingering?.();
    lingering = clock.at(later(clock.now().mono, LINGERS_MS), 'radio-unneeded', () => {
      if (!needed()) void letGo();
    });
  }

  async function stop(): Promise<void> {
    lingering?.();
    const last = radio;
    radio = undefined;
    await last?.stop();
  }

  /** Nobody needs the radio: nothing is wrong with it any more. */
  async function letGo(): Promise<void> {
    await stop();
    for (const code of [...causesOf(profile.faults), ...profile.faults.others, 'readings-dropped'] as const)
      fault(code, subject, false);
  }

  return {
    async apply(wanted) {
      devices.apply(wanted);
      if (!needed()) await letGo();
      else if (!radio) radio = start();
      else if (settings !== JSON.stringify(options.settings())) radio.restart('its settings have changed');
      else radio.send(known(devices.all(), options));
    },
    perform: (id, action, text) => (devices.find(id) ? requests.ask(id, action, text) : Promise.reject(noDevice(id))),
    unsettled: devices.unsettled,
    giveUpWaiting: devices.giveUpWaiting,
    nearby: pairing.nearby,
    trial: pairing.trial,
    stop,
  };
}

/** The devices of the home, and what the radio's process is to know of them. */
function known<Settings, Kept, Found>(
  devices: readonly ConfiguredDevice[],
  { secret, kept }: RadioHostOptions<Settings, Kept, Found>,
): ToChild<Settings, Kept> {
  const byId = <Of>(of: (device: ConfiguredDevice) => Of | undefined): Record<string, Of> =>
    Object.fromEntries(
      devices.flatMap((device) => {
        const found = of(device);
        return found === undefined ? [] : [[device.id, found] as const];
      }),
    );
  return { say: 'apply', devices, secrets: byId(({ id }) => secret?.(id)), kept: byId((one) => kept?.of(one)) };
}
