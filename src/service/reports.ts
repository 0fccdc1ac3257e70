// Reports on their way to somebody who may not be there yet: they wait, and are handed over in their order.

export interface Reports<To> {
  send(report: (to: To) => void): void;
  /** Hands over what waits; what is sent from now on arrives at once. */
  deliver(to: To): void;
}

export function reports<To>(): Reports<To> {
  const waiting: ((to: To) => void)[] = [];
  let receiver: To | undefined;
  return {
    send(report) {
      if (receiver === undefined) waiting.push(report);
      else report(receiver);
    },
    deliver(to) {
      // A report may lead to another one, which comes after those that wait already.
      for (const report of waiting) report(to);
      waiting.length = 0;
      receiver = to;
    },
  };
}
