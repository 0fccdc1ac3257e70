// Topics of the uplink. Who may write where is the broker's access list: docs/uplink/README.md has the table.

export const CONTRACT_VERSION = 'v1';

export interface Address {
  tenant: string;
  gateway: string;
}

/** What a gateway publishes. `state` and `birth` are retained. */
export const upward = ['state', 'birth', 'alert', 'fault', 'history', 'answer', 'measurement'] as const;
export type Upward = (typeof upward)[number];
/** What a platform publishes to one gateway: `receipt` by the receiving machine, `command` in a person's name. */
export const downward = ['receipt', 'command'] as const;
export type Downward = (typeof downward)[number];

const root = ({ tenant, gateway }: Address) => `hearthward/${CONTRACT_VERSION}/${tenant}/${gateway}`;

export const topics = {
  up: (address: Address, what: Upward): string => `${root(address)}/up/${what}`,
  down: (address: Address, what: Downward): string => `${root(address)}/down/${what}`,
  /** The platform's own birth, retained: gateways that hear it send again what has no receipt. */
  platform: (tenant: string): string => `hearthward/${CONTRACT_VERSION}/${tenant}/platform`,
  everyGateway: (tenant: string, what: Upward): string => `hearthward/${CONTRACT_VERSION}/${tenant}/+/up/${what}`,
};

/** A topic's address and last word; undefined for a topic outside this contract. */
export function readTopic(topic: string): (Address & { way: 'up' | 'down'; what: string }) | undefined {
  const [product, version, tenant, gateway, way, what, ...rest] = topic.split('/');
  if (product !== 'hearthward' || version !== CONTRACT_VERSION || !tenant || !gateway || !what || rest.length > 0)
    return undefined;
  return way === 'up' || way === 'down' ? { tenant, gateway, way, what } : undefined;
}

/** Tenants and gateways are names of one topic level. */
export const addressPart = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
