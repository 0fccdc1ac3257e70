// What every connected device has in common: it is asked one thing after the other, measures by rows, has a battery and a
// name plate, and can be made to vibrate. Drivers are put together from this and from what is their own.

import type { BleUuid, Gatt, GattPlace, GattValue } from '#contract/ble-port.ts';
import type { DriverIo } from '#contract/driver.ts';
import { HearthwardError, reasonOf } from '#contract/errors.ts';
import type { MeterRecord } from '#contract/reading.ts';
import type { Moment } from '#contract/time.ts';
import { alertLevel } from '#wire/gatt/alerts.ts';
import { deviceText } from '#wire/gatt/measurements.ts';
import { places, samePlace } from '#wire/gatt/uuids.ts';
import { refusals } from '../refusals.ts';
import type { Measured, Row } from './health.ts';
import { storedMeasurements } from './stored.ts';

// biome-ignore lint/suspicious/noExplicitAny: whatever the driver's options are
type Io = DriverIo<'ble', any>;

export interface Measurer {
  /** Asks for the notifications of each row that the device has; the number of rows it has. */
  start(gatt: Gatt): Promise<number>;
  /** True when the value belonged to a row. */
  take(value: GattValue): boolean;
  /** The connection is over: records that wait for the end of their burst are emitted. */
  end(): void;
  /** The number of the record that came in last, also where it is lower than those before: the meter's numbering has started over. */
  newestSequence(): number | undefined;
  /** The meter says that it holds no record: its numbering may start over. */
  forgetSequence(): void;
}

export function measurer(io: Io, rows: readonly Row[]): Measurer {
  let newestSequence: number | undefined;
  const refused = refusals(io);
  /** Characteristics whose last value broke its layout; the first is reported. */
  const broken = new Set<BleUuid>();
  const stored = storedMeasurements<Measured>(io.clock, report);

  /** The newest record of a burst comes last: what it says about the device holds, whatever older ones said. */
  function report({ samples, faults = [] }: Measured, at: Moment, record?: MeterRecord): void {
    for (const [code, active] of faults) io.fault(code, active);
    for (const sample of samples)
      if (refused.takes(sample.quantity, sample.value))
        io.emit(record === undefined ? sample : { ...sample, record }, at);
  }

  /** A device whose values are not understood measures for nobody, and looks healthy. */
  function understands({ characteristic }: GattPlace, understood: boolean): void {
    if (understood ? !broken.delete(characteristic) : broken.has(characteristic)) return;
    if (!understood) broken.add(characteristic);
    const [format] = broken;
    io.fault('device-not-understood', format !== undefined, format ? { reason: 'unknown-format', format } : {});
  }

  function hear(place: GattPlace, row: Row, bytes: Uint8Array, at: Moment): void {
    const measured = row.measure(bytes);
    understands(place, measured !== undefined);
    if (!measured) {
      io.log.debug({ characteristic: place.characteristic, bytes: bytes.length }, 'measurement breaks its layout');
      return;
    }
    const { time, undated, sequence } = measured;
    if (sequence !== undefined) newestSequence = sequence;
    if (time === undefined && sequence === undefined && !undated) return report(measured, at);
    // With neither number nor date it cannot be distinguished from an equal one: each that comes in counts.
    const when = time ?? (sequence === undefined ? `undated-${io.clock.now().wall}` : 'undated');
    const key = `${place.characteristic}/${sequence ?? ''}/${when}/${JSON.stringify(measured.samples)}`;
    stored.add(key, time, measured);
  }

  return {
    async start(gatt) {
      let found = 0;
      for (const { place, measure } of rows) {
        const has = gatt.characteristics.find((one) => samePlace(one, place));
        if (!has) continue;
        found += 1;
        if (has.properties.includes('notify') || has.properties.includes('indicate')) await gatt.subscribe(place);
        if (has.properties.includes('read')) hear(place, { place, measure }, await gatt.read(place), io.clock.now());
      }
      return found;
    },
    take(value) {
      const row = rows.find(({ place }) => samePlace(place, value));
      if (row) hear(row.place, row, value.bytes, value.at);
      return row !== undefined;
    },
    end: stored.flush,
    newestSequence: () => newestSequence,
    forgetSequence() {
      newestSequence = undefined;
    },
  };
}

/** Maker, model and firmware, once a connection, for the log. Devices that refuse are left alone. */
export async function readNamePlate(gatt: Gatt, io: Io): Promise<void> {
  const plate: Record<string, string> = {};
  for (const name of ['manufacturer', 'model', 'firmware'] as const) {
    const has = gatt.characteristics.find((one) => samePlace(one, places[name]));
    if (has?.properties.includes('read')) plate[name] = deviceText(await gatt.read(places[name]));
  }
  if (Object.keys(plate).length > 0) io.log.info(plate, 'device connected');
}

/** Makes a band vibrate, or ends it. Nothing can be read back: `commanded` is all that can be said. */
export async function vibrate(gatt: Gatt | undefined, on: boolean): Promise<'commanded'> {
  if (!gatt) throw new HearthwardError('band-unreachable', 'the device is not connected');
  const has = gatt.characteristics.find((one) => samePlace(one, places.alertLevel));
  if (!has) throw new HearthwardError('band-cannot-vibrate', 'the device has no Immediate Alert');
  const how = has.properties.includes('write-without-response') ? 'without-response' : 'with-response';
  await gatt.write(places.alertLevel, alertLevel(on ? 'high' : 'none'), how);
  return 'commanded';
}

/** Runs what a connection begins with. That the connection ended meanwhile is no fault here: `disconnected` reports it. */
export function begin(io: Io, start: () => Promise<void>): void {
  start().then(
    () => undefined,
    (thrown: unknown) => {
      const code = thrown instanceof HearthwardError ? thrown.code : 'unknown';
      if (code === 'gatt-missing' || code === 'gatt-refused')
        io.fault('service-missing', true, { reason: code, detail: reasonOf(thrown) });
      io.log.warn({ code, err: reasonOf(thrown) }, 'device did not do what it was asked');
    },
  );
}
