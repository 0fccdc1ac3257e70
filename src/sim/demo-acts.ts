// What can be done in the demo, by its tour and by keys. Each act is told as it is done.

import type { EmbeddedBroker } from './broker.ts';
import { actWords, demoWords } from './demo-words.ts';
import type { SimulatedHouse } from './house.ts';
import type { Teller } from './narrator.ts';
import type { Operator } from './operator.ts';

export interface Acts {
  press(): void;
  /** Gas in the kitchen, %LEL. */
  gas(percent: number): void;
  brokerDown(): Promise<void>;
  brokerUp(): Promise<void>;
  acknowledge(): Promise<void>;
  /** With what was found. */
  resolve(): Promise<void>;
}

export function demoActs(
  { press, gas }: SimulatedHouse,
  broker: EmbeddedBroker,
  operator: Operator,
  { tell, word }: Teller,
): Acts {
  async function act(what: 'acknowledge' | 'resolve', note?: string): Promise<void> {
    tell('operator', `${word(actWords[what])}${note ? `: ${note}` : ''}`);
    if (!(await operator.act(what, note))) tell('operator', word(demoWords.nothingOpen));
  }

  return {
    press() {
      tell('resident', word(demoWords.pressed));
      press();
    },
    gas(percent) {
      tell('home', `${word(demoWords.gasLevel)} ${percent}`);
      gas(percent);
    },
    async brokerDown() {
      await broker.kill();
      tell('broker', word(demoWords.brokerDown));
    },
    async brokerUp() {
      await broker.start();
      tell('broker', word(demoWords.brokerUp));
    },
    acknowledge: () => act('acknowledge'),
    resolve: () => act('resolve', word(demoWords.found)),
  };
}
