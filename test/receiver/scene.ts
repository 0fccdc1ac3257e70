// A platform and one home at it, for one test.

import { type cleanups, gateway, lineUp, receiver } from './rig.ts';

let homes = 0;

/** Tests may share a broker: each home has a name of its own. */
export async function scene(
  brokerUrl: string,
  until: ReturnType<typeof cleanups>,
  options: Parameters<typeof receiver>[2] = {},
) {
  const dir = until.dir();
  const platform = until.add(await receiver(brokerUrl, dir, options), (it) => it.stop());
  await Promise.all([lineUp(platform), lineUp(platform, 'records')]);
  const name = `gw-${homes++}`;
  const home = until.add(await gateway(brokerUrl, name), (it) => it.end());
  return { dir, platform, home, name, desk: await platform.operator() };
}
