// From a finding to an alert, and from an alert to its case. Whatever changes an alert passes `keepAlert`.

import { deviceIn } from '#base/subject.ts';
import type { Alert } from '#contract/alert.ts';
import type { Finding } from '#contract/finding.ts';
import { own } from '#contract/own.ts';
import type { Moment } from '#contract/time.ts';
import { raiseOrUpdate, type Source } from '#src/alerts/lifecycle.ts';
import { textOf } from '#src/alerts/words.ts';
import { alertsOf, newCase, timesOf } from './cases.ts';
import { allCases, type WatchedHome } from './watched-home.ts';

/** The alert that the finding raised or changed, if any. */
export function raise(home: WatchedHome, finding: Finding): Alert | undefined {
  const { state, ports } = home;
  const ofDevice = deviceIn(finding.subject);
  const device = own(state.devices, ofDevice ?? finding.deviceId ?? '');
  // What is found of a device that was removed meanwhile is dropped. What is found of a person holds, whoever noticed.
  if (!device && ofDevice !== undefined) return undefined;
  const changed = raiseOrUpdate(alertsOf(allCases(home)), finding, device ?? theGateway, ports.ids.next);
  for (const alert of changed) keepAlert(home, alert, finding.at, true);
  return changed.at(-1);
}

/** What an alert names as its source where no device noticed, or where that one is gone. */
const theGateway: Source = { id: 'gateway', kind: 'gateway' };

/** @param isNews the alert itself changed, and not only its story */
export function keepAlert(home: WatchedHome, alert: Alert, at: Moment, isNews: boolean): void {
  const { cases } = home.state;
  const known = cases[alert.id];
  if (known) Object.assign(known, { alert, times: timesOf(alert, at) });
  else {
    cases[alert.id] = newCase(alert, at);
    home.caseList = undefined;
  }
  home.changes.alerts.add(alert.id);
  home.historyOwed ||= isNews;
  home.ports.tap({ type: 'alert', at, alert, news: isNews, text: textOf(alert) });
}
