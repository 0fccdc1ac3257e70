// Impossible values: a battery of 255 %, a humidity of 600. They become a fault, and are not emitted.

import type { DriverIo } from '#contract/driver.ts';
import { misfit, type Quantity } from '#contract/quantity.ts';
import type { Value } from '#contract/value.ts';

export interface Refusals {
  /**
   * Whether `value` is possible. The fault `reading-refused` begins with a value that is not, and ends when every
   * quantity that had such a value has a possible one again.
   */
  takes(quantity: Quantity, value: Value): boolean;
}

export function refusals({ fault }: Pick<DriverIo<'ble', unknown>, 'fault'>): Refusals {
  /** Why, by quantity; the first is reported. */
  const refused = new Map<Quantity, string>();
  return {
    takes(quantity, value) {
      const why = misfit(quantity, value);
      const known = refused.has(quantity);
      if (why !== undefined) refused.set(quantity, why);
      else if (known) refused.delete(quantity);
      if (known || why !== undefined) {
        const [first] = refused;
        fault('reading-refused', first !== undefined, first && { quantity: first[0], expected: first[1] });
      }
      return why === undefined;
    },
  };
}
