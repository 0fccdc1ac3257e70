// Numbers of the Bluetooth SIG for the services and characteristics that the drivers use (Assigned Numbers, 3.4 and 3.8).

interface Place {
  /** Four hexadecimal digits in small letters for a number of the Bluetooth SIG, else 128 bits with hyphens. */
  service: string;
  characteristic: string;
}

const place = (service: string, characteristic: string): Place => ({ service, characteristic });

export const places = {
  heartRate: place('180d', '2a37'),
  temperature: place('1809', '2a1c'),
  plxSpot: place('1822', '2a5e'),
  plxContinuous: place('1822', '2a5f'),
  bloodPressure: place('1810', '2a35'),
  weight: place('181d', '2a9d'),
  glucose: place('1808', '2a18'),
  glucoseContext: place('1808', '2a34'),
  glucoseControl: place('1808', '2a52'),
  battery: place('180f', '2a19'),
  manufacturer: place('180a', '2a29'),
  model: place('180a', '2a24'),
  serial: place('180a', '2a25'),
  firmware: place('180a', '2a26'),
  alertLevel: place('1802', '2a06'),
  newAlert: place('1811', '2a46'),
} as const satisfies Record<string, Place>;

export const samePlace = (a: Place, b: Place): boolean =>
  a.service === b.service && a.characteristic === b.characteristic;
