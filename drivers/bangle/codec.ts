// Bangle.js over the Nordic UART: the lines that our own script on the watch sends, and the script itself.

import type { GattPlace } from '#contract/ble-port.ts';
import type { MotionFrame } from '#driver-kit/motion/stream.ts';

const SERVICE = '6e400001-b5a3-f393-e0a9-e50e24dcca9e';
/** To the watch. */
export const RX: GattPlace = { service: SERVICE, characteristic: '6e400002-b5a3-f393-e0a9-e50e24dcca9e' };
/** From the watch. */
export const TX: GattPlace = { service: SERVICE, characteristic: '6e400003-b5a3-f393-e0a9-e50e24dcca9e' };

export const POLL_MS = 20;
export const RANGE_G = 8;

/** The key counts as held after this long. */
const HOLD_MS = 5_000;

/**
 * Five samples a line: `HWA<samples so far>,x,y,z,…` in mg; and each minute `HWP<battery %>`. 0x10 at a line's start
 * keeps the watch from echoing it. The sensor (KX023) is set to ±8 g and 50 Hz directly in its registers, since its own
 * setting is 12.5 Hz; power saving would slow down a watch that lies still.
 *
 * `HWHELD`: its key was held down for 5 s. The watch measures that itself, so that a link that breaks meanwhile means
 * nothing; and it does not restart at a long press (`btnLoadTimeout`) while the script runs.
 */
const script: readonly string[] = [
  'if(global.HW)HW.stop();',
  'HW={n:0,b:[]};',
  'HW.say=t=>Bluetooth.println(t);',
  'HW.a=e=>{HW.b.push(Math.round(e.x*1000),Math.round(e.y*1000),Math.round(e.z*1000));HW.n++;' +
    'if(HW.b.length>=15){HW.say("HWA"+HW.n+","+HW.b.join(","));HW.b=[];}};',
  'HW.p=()=>HW.say("HWP"+E.getBattery());',
  `HW.k=e=>{if(HW.t)clearTimeout(HW.t);HW.t=e.state?setTimeout(()=>{HW.t=0;HW.say("HWHELD");},${HOLD_MS}):0;};`,
  'HW.stop=()=>{Bangle.removeListener("accel",HW.a);if(HW.i)clearInterval(HW.i);HW.i=0;' +
    'if(HW.w)clearWatch(HW.w);HW.w=0;if(HW.t)clearTimeout(HW.t);HW.t=0;' +
    'Bangle.setPollInterval(80);Bangle.setOptions({powerSave:true,btnLoadTimeout:1500});};',
  'Bangle.setOptions({powerSave:false,btnLoadTimeout:0});',
  'HW.w=setWatch(HW.k,BTN1,{edge:"both",repeat:true,debounce:25});',
  'Bangle.accelWr(0x18,0x6C);Bangle.accelWr(0x1B,0x42);Bangle.accelWr(0x18,0xEC);',
  `Bangle.setPollInterval(${POLL_MS});`,
  'Bangle.on("accel",HW.a);HW.i=setInterval(HW.p,60000);HW.p();',
  'NRF.on("disconnect",()=>{if(global.HW)HW.stop();});',
];

/** Ctrl-C first: it discards whatever was in the watch's line. */
export const startText = `\x03\x10${script.join('\n\x10')}\n`;
export const stopText = '\x10if(global.HW)HW.stop();\n';
export const buzzText = (on: boolean): string => (on ? '\x10Bangle.buzz(1500,1)\n' : '\x10Bangle.buzz(0)\n');

/** On any connection the UART takes 20 bytes at a time. */
export function chunks(text: string): Uint8Array[] {
  const bytes = new TextEncoder().encode(text);
  return Array.from({ length: Math.ceil(bytes.length / 20) }, (_, at) => bytes.subarray(at * 20, at * 20 + 20));
}

/** A line and the beginning of the next. Anything longer without a line end is not ours. */
const LONGEST_LINE = 300;

export function splitLines(rest: string, bytes: Uint8Array): { lines: string[]; rest: string } {
  const parts = (rest + String.fromCharCode(...bytes)).split(/\r?\n/);
  const open = parts.pop() ?? '';
  return { lines: parts, rest: open.length > LONGEST_LINE ? '' : open };
}

export type Line = { kind: 'motion'; frame: MotionFrame } | { kind: 'battery'; percent: number } | { kind: 'held' };

/** Twice the end of the scale: more than the sensor can report. */
const LARGEST_MG = 16_000;

/** Undefined for anything that is not entirely a line of our script. */
export function decodeLine(line: string): Line | undefined {
  if (line === 'HWHELD') return { kind: 'held' };
  const [, percent] = /^HWP(\d{1,3})$/.exec(line) ?? [];
  if (percent !== undefined) return Number(percent) <= 100 ? { kind: 'battery', percent: Number(percent) } : undefined;
  const [, count, values] = /^HWA(\d{1,12}),(-?\d{1,5}(?:,-?\d{1,5})*)$/.exec(line) ?? [];
  if (count === undefined || values === undefined) return undefined;
  const mg = values.split(',').map(Number);
  if (mg.length % 3 !== 0 || mg.some((value) => Math.abs(value) > LARGEST_MG)) return undefined;
  const axis = (at: number) => (mg[at] as number) / 1_000;
  const xyz = Array.from({ length: mg.length / 3 }, (_, i): [number, number, number] => [
    axis(3 * i),
    axis(3 * i + 1),
    axis(3 * i + 2),
  ]);
  return { kind: 'motion', frame: { xyz, clockMs: Number(count) * POLL_MS } };
}
