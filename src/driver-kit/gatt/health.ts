// What is emitted for the measurements of the health services: one row for each characteristic. A new meter is a row.

import type { GattPlace } from '#contract/ble-port.ts';
import type { DriverFault } from '#contract/driver.ts';
import type { Quantity } from '#contract/quantity.ts';
import type { Sample } from '#contract/reading.ts';
import type { MeterWord, Standing } from '#wire/gatt/bits.ts';
import type { DeviceTime, Stamp } from '#wire/gatt/device-time.ts';
import { glucose } from '#wire/gatt/glucose.ts';
import * as read from '#wire/gatt/measurements.ts';
import { places } from '#wire/gatt/uuids.ts';

/**
 * What a value of a characteristic says. It is about now, unless it has a time, a number, or is `undated`: then it is a
 * record.
 */
export interface Measured {
  samples: Sample[];
  faults?: [DriverFault, boolean][];
  /** When it was measured, by the device's own clock. */
  time?: DeviceTime | undefined;
  /** A record whose time the device does not know. */
  undated?: boolean;
  /** The record's number in the device, where it has one. */
  sequence?: number | undefined;
}

export interface Row {
  place: GattPlace;
  /** Undefined for bytes that break the layout. */
  measure(bytes: Uint8Array): Measured | undefined;
}

export const heartRateRow: Row = {
  place: places.heartRate,
  measure: (bytes) =>
    measured(read.heartRate(bytes), ({ rate, worn }) => [
      ...value('worn', worn),
      // Without contact the sensor goes on guessing.
      ...value('heartRate', rate, worn === false ? 'doubtful' : 'vouched'),
    ]),
};

export const batteryRow: Row = {
  place: places.battery,
  measure: (bytes) => measured({ level: read.battery(bytes) }, ({ level }) => value('battery', level)),
};

export const healthRows: readonly Row[] = [
  heartRateRow,
  {
    place: places.temperature,
    measure: (bytes) => measured(read.temperature(bytes), ({ celsius }) => value('bodyTemperature', celsius)),
  },
  ...(
    [
      [places.plxSpot, read.plxSpot],
      [places.plxContinuous, read.plxContinuous],
    ] as const
  ).map(([place, decode]) => ({
    place,
    measure: (bytes: Uint8Array) =>
      measured(
        decode(bytes),
        ({ spo2, pulse, standing, worn }) => [
          ...value('worn', worn),
          ...value('spo2', spo2, standing),
          ...value('heartRate', pulse, standing),
        ],
        ({ broken }) => [['sensor-fault', broken]],
      ),
  })),
  {
    place: places.bloodPressure,
    measure: (bytes) =>
      measured(read.bloodPressure(bytes), ({ systolic, diastolic, pulse, standing }) => [
        ...value('systolic', systolic, standing),
        ...value('diastolic', diastolic, standing),
        ...value('heartRate', pulse, standing),
      ]),
  },
  { place: places.weight, measure: (bytes) => measured(read.weight(bytes), ({ kg }) => value('weight', kg)) },
  {
    place: places.glucose,
    measure: (bytes) =>
      measured(
        glucose(bytes),
        ({ mmolPerL, standing }) => value('glucose', mmolPerL, standing),
        ({ broken, batteryLow }) => [
          ['sensor-fault', broken],
          ['battery-low', batteryLow],
        ],
      ),
  },
  batteryRow,
];

function measured<Read extends object>(
  decoded: Read | undefined,
  samples: (decoded: Read) => Sample[],
  faults: (decoded: Read) => [DriverFault, boolean][] = () => [],
): Measured | undefined {
  if (!decoded) return undefined;
  const { time, undated, sequence, says = [] }: Stamp & { sequence?: number; says?: MeterWord[] } = decoded;
  const words = says.map((word): Sample => ({ quantity: 'meterStatus', value: word, quality: 'good' }));
  return {
    samples: [...samples(decoded), ...words],
    faults: faults(decoded),
    time,
    undated: undated === true,
    sequence,
  };
}

/** What is void, and what the device has no value for, is no number. */
function value(quantity: Quantity, found: number | boolean | undefined, standing: Standing = 'vouched'): Sample[] {
  if (found === undefined || standing === 'void') return [];
  return [{ quantity, value: found, quality: standing === 'doubtful' ? 'uncertain' : 'good' }];
}
