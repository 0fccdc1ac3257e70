// An event id is read as it was made, whatever an alert's id looks like.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { eventId, readEventId } from '#base/event-id.ts';

it('reads what it made, dots and line ends in the id included', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.nat(), (id, rev) => {
      expect(readEventId(eventId({ id, rev }))).toEqual({ alertId: id, rev });
    }),
  );
});

it.each(['', 'a', 'a.', '.1', 'a.b', 'a.-1', 'a.1.5e3', 'a.1 ', 'a.9999999999999999'])(
  'knows that %j is of another making',
  (text) => {
    expect(readEventId(text)).toBeUndefined();
  },
);
