// What a wearable recorded around a fall: for a person who judges it afterwards, at a platform that may have it.

export interface Evidence {
  deviceId: string;
  /** The room where somebody last moved, by the motion sensors. */
  lastMovementIn?: string | undefined;
  /** Heart rate; `ms` from the impact, as in the batches. */
  pulse: { ms: number; perMinute: number }[];
  /** Acceleration from 6 s before to 10 s after the impact: as it came, with its gaps. `mg`: base64 of little-endian int16, x y z. */
  batches: { ms: number; rateHz: number; mg: string }[];
}
