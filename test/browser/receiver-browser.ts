// A real Chromium for the receiver's page.

import { type Browser, chromium, type Page } from 'playwright-core';
import { patienceMs } from '#fakes/wait.ts';
import type { Watched } from '../receiver/rig.ts';

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: '/usr/bin/chromium',
    timeout: patienceMs(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

export interface Screen {
  page: Page;
  /** What the page's console complained of, and errors nobody caught. */
  complaints: string[];
  close(): Promise<void>;
}

/** A screen of its own, on the start address that carries the token. */
export async function screen(
  browser: Browser,
  platform: Watched,
  { locale = 'zh-CN', width = 1280, height = 800 }: { locale?: string; width?: number; height?: number } = {},
): Promise<Screen> {
  const context = await browser.newContext({ locale, viewport: { width, height }, timezoneId: 'Asia/Shanghai' });
  context.setDefaultTimeout(patienceMs());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    // The first look for a session is answered 401: that is what shows the login.
    if (message.type() === 'error' && !message.text().includes('401')) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(platform.url);
  return { page, complaints, close: () => context.close() };
}

export async function logIn({ page }: Screen, name = '李伟'): Promise<void> {
  await page.fill('#login-name', name);
  await page.press('#login-name', 'Enter');
  await page.waitForSelector('#desk:not([hidden])');
}
