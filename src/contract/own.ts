// Maps kept as plain JSON, by names that people and devices write: `constructor` is a name like any other.

/** What stands under `key` in the map itself; undefined for what every object has. */
export const own = <Value>(map: Readonly<Record<string, Value>>, key: string): Value | undefined =>
  Object.hasOwn(map, key) ? map[key] : undefined;
