// The language of the person at the terminal, and how instants are written for them.

export type Language = 'en' | 'zh-CN';

export const terminalLanguage = (): Language =>
  (process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG || '').startsWith('zh') ? 'zh-CN' : 'en';

/** Local time of this terminal, to the second. */
export const localTime = (wall: number): string => new Date(wall).toLocaleString('sv-SE');
