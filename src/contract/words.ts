// Text for people, in the two languages of the product.

export interface Words {
  en: string;
  'zh-CN': string;
}
export const words = (en: string, zh: string): Words => ({ en, 'zh-CN': zh });

/** 90 minutes are an hour and a half to a person. */
export function span(minutes: number): Words {
  const hours = Math.floor(minutes / 60);
  const rest = Math.round(minutes % 60);
  if (hours === 0) return words(`${rest} min`, `${rest}分钟`);
  return rest === 0 ? words(`${hours} h`, `${hours}小时`) : words(`${hours} h ${rest} min`, `${hours}小时${rest}分钟`);
}
