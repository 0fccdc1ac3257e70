// The gateway's configuration that points at a scenario's devices.

import { isModbus, isOutput, modelOf } from './devices.ts';
import type { Scenario, SceneDevice } from './schema.ts';

/** Where a gateway finds a device: a serial path or tcp://host:port, or the socket of a simulated chip. */
export type Address = (device: SceneDevice) => string;

/** The line of a simulated chip that a device hangs on: each has a chip of its own, so that it can be unplugged by itself. */
export const LINE = 'LINE';

export const isWired = ({ wire }: Pick<SceneDevice, 'wire'>): boolean => wire !== undefined;

/** The whole configuration; devices without a wire are not in it. */
export function gatewayConfig({ home, config = {}, devices }: Scenario, address: Address): Record<string, unknown> {
  return {
    home: { timezone: home.timezone, language: home.language, ...(home.preset && { preset: home.preset }) },
    ...config,
    devices: devices.filter(isWired).map((device) => configured(device, address(device))),
  };
}

function configured(device: SceneDevice, address: string): Record<string, unknown> {
  const { id, kind, room, placement, role, ignoreForActivity, wire, unit = 1, warmup = 0 } = device;
  const common = {
    kind,
    ...(room && { room }),
    ...(placement && { placement }),
    ...(role && { role }),
    ...(ignoreForActivity && { ignoreForActivity }),
  };
  const warmupSeconds = warmup / 1_000;
  if (isModbus(device) && (kind === 'water' || kind === 'switch'))
    // As often as a detector is read, so that a fault of either is found as soon.
    return { id, driver: 'modbus-meter', ...common, port: address, unit, model: modelOf(device), pollSeconds: 1 };
  if (isModbus(device))
    return { id, driver: 'modbus-gas', ...common, port: address, unit, model: modelOf(device), warmupSeconds };
  if (wire === 'winsen') return { id, driver: 'winsen-gas', ...common, port: address, model: 'zc-lel', warmupSeconds };
  return { id, driver: isOutput(device) ? 'gpio-output' : 'gpio-input', ...common, chip: `sim:${address}`, line: LINE };
}

/** An address for a check of the configuration, before there is a line. */
export const placeholder: Address = ({ id, wire, bus }) =>
  wire === 'modbus-tcp' ? `tcp://${id}.invalid:502` : `/run/hearthward-sim/${bus ?? id}`;

/** The configuration as a YAML text: sections and devices a line each. */
export function configText(config: Record<string, unknown>): string {
  return Object.entries(config)
    .flatMap(([section, value]) =>
      Array.isArray(value) && value.length > 0
        ? [`${section}:`, ...value.map((entry) => `  - ${flow(entry)}`)]
        : [`${section}: ${flow(value)}`],
    )
    .join('\n')
    .concat('\n');
}

/** JSON with the quotes that YAML does not need left out, and spaces for the eye. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .map(([key, inside]) => `${flow(key)}: ${flow(inside)}`)
      .join(', ')} }`;
  return typeof value === 'string' && PLAIN.test(value) && !WORDS.test(value) ? value : JSON.stringify(value);
}

const PLAIN = /^[A-Za-z/][A-Za-z0-9/._-]*$/;
const WORDS = /^(true|false|null|yes|no|on|off|y|n)$/i;
