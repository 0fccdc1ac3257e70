// Plain data that counts how often it is looked at: what a step costs, with no clock in it.

export interface Counted<Data> {
  data: Data;
  /** Properties read and lists of keys taken, in all of the data, while `act` ran. */
  looks(act: () => void): number;
}

export function counted<Data extends object>(original: Data): Counted<Data> {
  let looks = 0;
  const wrappers = new WeakMap<object, object>();
  const wrap = <Value>(value: Value): Value => {
    if (typeof value !== 'object' || value === null) return value;
    const known = wrappers.get(value) ?? new Proxy(value, handler);
    wrappers.set(value, known);
    return known as Value;
  };
  const handler: ProxyHandler<object> = {
    get(target, name, receiver) {
      looks += 1;
      return wrap(Reflect.get(target, name, receiver));
    },
    ownKeys(target) {
      looks += 1;
      return Reflect.ownKeys(target);
    },
  };
  return {
    data: wrap(original),
    looks(act) {
      const before = looks;
      act();
      return looks - before;
    },
  };
}
