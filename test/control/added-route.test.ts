// A route that nobody here knows is added by the steps of docs/control.md, "Adding a route", and by nothing else.

import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { defineRoute } from '#contract/control/route.ts';
import { routes } from '#src/control/routes.ts';
import { serve } from '#src/control/table.ts';
import { controlReference } from '../../scripts/control-reference.ts';
import { controlRig } from './rig.ts';

// Step 1: as it would stand in src/contract/control/rooms.ts.
const roomsRoute = defineRoute({
  method: 'GET',
  path: '/rooms',
  permit: 'write',
  about: 'The rooms of the home, and how many devices each has.',
  query: z.strictObject({ kind: z.string().max(60).optional().describe('Only devices of this kind.') }),
  form: 'lines',
  answer: z.looseObject({ room: z.string(), devices: z.int().describe('How many there are.') }),
});

// Step 2: its row in src/control/routes.ts.
const row = serve(roomsRoute, ({ config }, { query }) => {
  const counts = new Map<string, number>();
  for (const { room = '', kind } of config().devices)
    if (query.kind === undefined || query.kind === kind) counts.set(room, (counts.get(room) ?? 0) + 1);
  return [...counts].map(([room, devices]) => ({ room, devices }));
});

test('a made-up route is served, typed, limited, permitted and documented by its row in the table', async () => {
  const table = [...routes(), row];
  const { client, http, end } = controlRig({ routes: table });
  onTestFinished(end);
  expect(await client.ask(roomsRoute, { query: { kind: 'gas' } })).toEqual([{ room: 'kitchen', devices: 1 }]);
  expect(await client.ask(roomsRoute)).toContainEqual({ room: 'hall', devices: 1 });
  expect(await http('GET', '/rooms?sort=up')).toMatchObject({ status: 400, error: { code: 'bad-request' } });
  expect(await http('PUT', '/rooms')).toMatchObject({ status: 405 });

  const looking = controlRig({ routes: table, grants: 'read' });
  onTestFinished(looking.end);
  expect(await looking.http('GET', '/rooms')).toMatchObject({ status: 403 });

  // Step 3.
  const page = controlReference(table, 'a test');
  expect(page).toContain('| `GET /rooms` | write | lines | The rooms of the home, and how many devices each has. |');
  expect(page).toContain('| `devices` | whole number | always | How many there are. |');
  expect(page).toContain('| `kind` | text, up to 60 characters | optional | Only devices of this kind. |');
});
