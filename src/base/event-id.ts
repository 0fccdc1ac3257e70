// The id of an alert's event, `<alertId>.<rev>`: made and read in one place.

/** @param rev 1 for the alert as it was raised, one more with every change that is sent */
export const eventId = ({ id, rev }: { id: string; rev: number }): string => `${id}.${rev}`;

/** Which alert and which rev an event id names; undefined for an id of another form. */
export function readEventId(event: string): { alertId: string; rev: number } | undefined {
  const [, alertId, digits] = /^(.+)\.(\d{1,15})$/s.exec(event) ?? [];
  return alertId === undefined ? undefined : { alertId, rev: Number(digits) };
}
