import { expect, it } from 'vitest';
import type { Reading } from '#contract/reading.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { gatePresses } from '#src/hosting/press-gate.ts';

function rig() {
  const clock = virtualClock();
  const passed: string[] = [];
  const faults: string[] = [];
  const { accept, stop } = gatePresses({
    clock,
    accept: ({ deviceId, value }) => void passed.push(`${deviceId} ${value}`),
    fault: (code, device, active) => {
      const told = `${code}@${device} ${active ? 'on' : 'off'}`;
      if (faults.at(-1) !== told) faults.push(told);
    },
  });
  const hear = (deviceId: string, quantity: Reading['quantity'], value: Reading['value']) =>
    accept({ deviceId, quantity, value, quality: 'good', at: clock.now(), seq: 0 });
  return {
    clock,
    passed,
    faults,
    stop,
    hear,
    press(deviceId: string) {
      hear(deviceId, 'button', 'press');
      hear(deviceId, 'button', 'release');
    },
  };
}

it('lets every press of a finger through, however long it goes on', () => {
  const { clock, passed, faults, press } = rig();
  for (let pressed = 0; pressed < 100; pressed += 1) {
    press('help-1');
    clock.advance(250);
  }
  expect([passed.length, faults]).toEqual([200, []]);
});

it('leaves out what a chattering contact says above the first dozen, and keeps no other button waiting', () => {
  const { clock, passed, faults, press, hear } = rig();
  for (let pressed = 0; pressed < 1_000; pressed += 1) {
    press('help-1');
    clock.advance(20);
  }
  expect(passed.length).toBeGreaterThanOrEqual(20 + 10 * 19);
  expect(passed.length).toBeLessThanOrEqual(20 + 10 * 20);
  expect(faults).toEqual(['button-flooding@help-1 on']);
  passed.length = 0;
  press('help-2');
  hear('help-1', 'smoke', true);
  expect(passed).toEqual(['help-2 press', 'help-2 release', 'help-1 true']);
});

it('says that it is over a minute later, and hears the next press', () => {
  const { clock, passed, faults, press } = rig();
  for (let pressed = 0; pressed < 50; pressed += 1) press('help-1');
  clock.advance(59_000);
  expect(faults).toEqual(['button-flooding@help-1 on']);
  clock.advance(61_000);
  expect(faults.at(-1)).toBe('button-flooding@help-1 off');
  passed.length = 0;
  press('help-1');
  expect(passed).toHaveLength(2);
});

it('leaves nothing behind that would keep the gateway from ending', () => {
  const { clock, press, stop } = rig();
  for (let pressed = 0; pressed < 50; pressed += 1) press('help-1');
  expect(clock.next()).toBeDefined();
  stop();
  expect(clock.next()).toBeUndefined();
});
