// Makes the README's pictures: the centre's page with an alarm, in both languages, from the demo that `npm start` runs; and
// a day in the home, from a scenario. Needs Debian's chromium. Usage: npm run pictures

import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';
import type { Device } from '#contract/device.ts';
import { localTime } from '#contract/local-time.ts';
import type { HistoryRecord } from '#contract/store.ts';
import type { MonoMs, WallMs } from '#contract/time.ts';
import { activityOf } from '../src/cli/activity/day.ts';
import { pictureOf } from '../src/cli/activity/picture.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'docs/pictures');
const launcher = join(root, 'scripts/hearthward');
const languages = ['en', 'zh-CN'] as const;
const operators = { en: 'Chen Yu', 'zh-CN': '陈宇' };

/** The page while the tour's gas leak is open. */
async function centre(language: (typeof languages)[number]): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'hearthward-pictures-'));
  const demo = spawn(launcher, ['demo', '--language', language], {
    env: { ...process.env, TMPDIR: dir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    for await (const line of createInterface({ input: demo.stdout })) {
      const [address] = /http:\/\/127\.0\.0\.1:\S+/.exec(line) ?? [];
      if (!address) continue;
      const page = await browser.newPage({
        locale: language,
        timezoneId: 'Asia/Shanghai',
        viewport: { width: 1_100, height: 700 },
        deviceScaleFactor: 1,
      });
      await page.goto(address);
      await page.fill('#login-name', operators[language]);
      await page.press('#login-name', 'Enter');
      await page
        .getByText(language === 'en' ? /%LEL/ : /%LEL|燃气/)
        .first()
        .waitFor();
      await page.screenshot({ path: join(folder, `centre.${language}.png`) });
      break;
    }
  } finally {
    await browser.close();
    demo.kill('SIGTERM');
    await new Promise((resolve) => demo.on('exit', resolve));
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The second day of the week in `a-week-alone`. */
function day(language: (typeof languages)[number]): void {
  const lines = scenarioLines('a-week-alone');
  const devices = lines.flatMap(({ declare }) => (declare ? [declare as Device] : []));
  const records = lines.flatMap(({ t, device, quantity, value, quality = 'good' }): { record: HistoryRecord }[] => {
    if (t === undefined || device === undefined || quantity === undefined || value === undefined) return [];
    const at = { mono: t as MonoMs, wall: t as WallMs, wallTrusted: true, bootId: 'scenario' };
    return [{ record: { kind: 'reading', reading: { deviceId: device, quantity, value, quality, at, seq: 0 } } }];
  });
  const zone = 'Europe/Berlin';
  const [first] = lines.flatMap(({ t }) => t ?? []);
  const activity = activityOf(records, { devices, alerts: [], zone, day: localTime(first as WallMs, zone).day + 1 });
  writeFileSync(join(folder, `day.${language}.svg`), pictureOf(activity, language));
}

type Line = { t?: number; declare?: object; device?: string } & Partial<
  Pick<Extract<HistoryRecord, { kind: 'reading' }>['reading'], 'quantity' | 'value' | 'quality'>
>;

const scenarioLines = (name: string): Line[] =>
  execFileSync(launcher, ['sim', '--lines', join(root, `config/scenarios/${name}.yaml`)], {
    encoding: 'utf8',
    maxBuffer: 1e9,
  })
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

mkdirSync(folder, { recursive: true });
for (const language of languages) {
  await centre(language);
  day(language);
}
