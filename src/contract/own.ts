// Records whose keys are what people write (ids of devices, of people): a key may be `constructor` or `__proto__`.

/**
 * What `record` itself holds under `key`; never what every object inherits. To write, spread: `{ ...record, [key]: value }`
 * makes a property of its own of any key.
 */
export const own = <Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;

/** `record` without `key`. */
export const without = <Value>(record: Readonly<Record<string, Value>>, key: string): Record<string, Value> =>
  Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
