// Whether a link to the outside is there: what every port reports, whatever it carries.

/** Why a link is not there. `reason` is a constant word; `detail` is for the log. */
export interface LinkDown {
  reason: 'missing' | 'denied' | 'blocked' | 'busy' | 'lost' | 'tool-missing' | 'refused' | 'failed';
  detail: string;
}

/** Reported by every link. `up` and `down` alternate, beginning with either; `down` may repeat with another reason. */
export interface LinkEvents {
  up(): void;
  down(why: LinkDown): void;
}
