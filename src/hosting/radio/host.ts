// The drivers of a radio as the gateway sees them: a driver host like the one for wires, whose drivers run in a process of
// their own. When that process ends, its devices are lost with a reason until it is back; nothing else notices.

import type { ConfiguredDevice } from '#contract/config.ts';
import type { AnyDriver } from '#contract/driver.ts';
import type { FaultCode } from '#contract/fault.ts';
import { endsOnce } from '../fault-ends.ts';
import { noDevice } from '../host.ts';
import type { DriverHost, FaultPort, HostPorts } from '../ports.ts';
import { causesOf, type RadioDevices, radioDevices } from './devices.ts';
import { dropWatch } from './drop-watch.ts';
import { type RadioLife, radioLife } from './life.ts';
import { messagesFrom, type ToChild, type ToParent } from './messages.ts';
import { type PairingRadio, type PairingRequests, pairingRequests } from './pairing-requests.ts';
import { type Performing, performing } from './performing.ts';
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
  /** The secret of a device that was paired, as the registry has it. */
  secret?(deviceId: string): string | undefined;
  kept?: KeptStore<Kept> | undefined;
  /** As the configuration has them at the time of the call. When they change, a fresh process begins. */
  settings(): Settings;
}

type RadioHost<Found> = DriverHost & PairingRadio<Found>;

export function createRadioHost<Settings, Kept, Found>(
  options: RadioHostOptions<Settings, Kept, Found>,
): RadioHost<Found> {
  const { profile, ports } = options;
  const { clock } = ports;
  const { subject, faults } = profile;
  const radioFaults = [...causesOf(faults), ...faults.others, 'readings-dropped'] as const;
  /** Faults of the radio itself that are on. */
  const trouble = new Set<FaultCode>();
  /** Its process has said how the radio is, well or not. */
  let spoke = false;
  const speaks = (does: boolean) => {
    spoke = does;
    fault('radio-starting', subject, false);
  };
  const { fault, forget } = endsOnce((code, about, active, ...more) => {
    if (about === subject && active) trouble.add(code);
    if (about === subject && !active) trouble.delete(code);
    ports.fault(code, about, active, ...more);
  });
  const devices = radioDevices({ ...options, fault, forget: (id) => forget(`device:${id}`) });
  const dropped = dropWatch(clock, (active, context) => fault('readings-dropped', subject, active, context));
  const requests = performing((message) => life.send(message));
  const pairing = pairingRequests<Found>({
    ask: (message) => void (life.need() && life.send(message)),
    over(message) {
      life.send(message);
      life.release();
    },
  });
  const life: RadioLife<Settings> = radioLife({
    clock,
    settings: options.settings,
    needed: () => devices.all().length > 0 || pairing.underWay(),
    unneeded: () => {
      for (const code of radioFaults) fault(code, subject, false);
    },
    start: () => startProcess(options, { devices, requests, pairing, life, dropped, fault, trouble, speaks }),
  });

  return {
    async apply(wanted) {
      devices.apply(wanted);
      if (await life.review()) life.send(known(devices.all(), options));
    },
    perform: (id, action, text) => (devices.find(id) ? requests.ask(id, action, text) : Promise.reject(noDevice(id))),
    unsettled: devices.unsettled,
    giveUpWaiting() {
      // One fault for all of them, which says why.
      if (!spoke && devices.unsettled().length > 0) fault('radio-starting', subject, true);
      devices.giveUpWaiting();
    },
    nearby: pairing.nearby,
    trial: pairing.trial,
    stop: life.stop,
  };
}

/** What hears the radio's process. */
interface Hearers<Settings, Found> {
  devices: RadioDevices;
  requests: Performing;
  pairing: PairingRequests<Found>;
  life: RadioLife<Settings>;
  dropped: ReturnType<typeof dropWatch>;
  fault: FaultPort;
  trouble: ReadonlySet<FaultCode>;
  /** How the radio is has become known, or is not known any more. */
  speaks(does: boolean): void;
}

function startProcess<Settings, Kept, Found>(
  options: RadioHostOptions<Settings, Kept, Found>,
  hearers: Hearers<Settings, Found>,
): RadioProcess {
  const { profile, ports, secretsDir } = options;
  const { devices, requests, pairing, life, fault } = hearers;
  const { subject } = profile;
  const on = handlers(options, hearers);
  return radioProcess({
    program: options.program,
    name: profile.transport,
    messages: messagesFrom(profile),
    clock: ports.clock,
    log: ports.log.child({ process: profile.transport }),
    ready() {
      life.send({ say: 'setup', secretsDir, ...life.setup() });
      life.send(known(devices.all(), options));
      for (const message of pairing.open()) life.send(message);
    },
    message: (message) => on[message.say](message as never),
    settled: () => fault('radio-process-failed', subject, false),
    ended(why, asked) {
      requests.ended(why);
      hearers.speaks(false);
      if (!asked) fault('radio-process-failed', subject, true, { reason: why });
      devices.processEnded();
    },
  });
}

type Handlers<Kept, Found> = {
  [Say in ToParent['say']]: (message: Extract<ToParent<Kept, Found>, { say: Say }>) => void;
};

const handlers = <Settings, Kept, Found>(
  { profile, kept }: RadioHostOptions<Settings, Kept, Found>,
  { devices, requests, pairing, life, dropped, fault, trouble, speaks }: Hearers<Settings, Found>,
): Handlers<Kept, Found> => ({
  // These two are for the keeper of the process.
  ready: () => undefined,
  log: () => undefined,
  reading(message) {
    speaks(true);
    devices.reading(message);
  },
  heard(message) {
    speaks(true);
    devices.heard(message);
  },
  fault(message) {
    const { code, device, active, context } = message;
    if (device !== null) return devices.fault({ ...message, device });
    if (code === profile.faults.stalled && !active) life.receives();
    fault(code, profile.subject, active, context);
    if (causesOf(profile.faults).some((cause) => cause === code)) speaks(true);
  },
  performed: requests.answered,
  alive: (message) => dropped(message.dropped, message.flooding),
  keep(message) {
    const device = devices.find(message.device);
    if (device) kept?.keep(device, message.kept, message.urgent);
  },
  found: (message) => pairing.found(message.devices, [...trouble]),
  trial: ({ report }) => pairing.reported(report),
  stalled: ({ why }) => life.stalled(why),
});

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
