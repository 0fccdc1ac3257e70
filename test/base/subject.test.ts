// The id in a subject, and none where the subject is of another kind.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { deviceIn, idIn } from '#base/subject.ts';

it('takes out what was put in, colons and other kinds’ names included', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.constantFrom('a:b', 'device:x', 'gateway')), (id) => {
      expect(deviceIn(`device:${id}`)).toBe(id);
      expect(idIn('person', `person:${id}`)).toBe(id);
      expect(deviceIn(`room:${id}`)).toBeUndefined();
      expect(idIn('room', `device:${id}`)).toBeUndefined();
    }),
  );
  expect(deviceIn('gateway')).toBeUndefined();
  expect(deviceIn('devices:x')).toBeUndefined();
});
