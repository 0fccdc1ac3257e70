// Pairing: a command beside the gateway uses the gateway's radio, since two scans on one adapter would each receive half of the
// adverts. There is one search and one trial at a time: a later caller takes the place of an earlier one, whose stream ends.

import type { ConfiguredDevice } from '#contract/config.ts';
import { nearbyRoute, trialRoute } from '#contract/control/pairing.ts';
import { type Out, type Served, serve } from './table.ts';

export function pairingRoutes(): Served[] {
  const nearby = onePlace();
  const trial = onePlace();
  return [
    serve(nearbyRoute, ({ radio }, _asked, out) => {
      nearby(out);
      return radio.nearby((near) => out.push(JSON.stringify(near)));
    }),
    serve(trialRoute, ({ radio }, { body: { device, key } }, out) => {
      trial(out);
      return radio.trial(device as ConfiguredDevice, key, (report) => {
        out.push(JSON.stringify(report));
        if (!('odd' in report)) out.end();
      });
    }),
  ];
}

/** Ends the stream of whoever had the place before. */
function onePlace(): (out: Out) => void {
  let holder: Out | undefined;
  return (out) => {
    holder?.end();
    holder = out;
  };
}
