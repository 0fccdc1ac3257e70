// Who lives in the home, and who wears what.

import { describe, expect, it } from 'vitest';
import { read, texts } from './helpers.ts';
import { goodText } from './samples.ts';

const worn = (people: string, wearer: string) =>
  goodText.replace('devices:', `people: ${people}\ndevices:`).replace('id: help-1,', `id: help-1, wearer: ${wearer},`);

describe('people', () => {
  it('wear devices', () => {
    const result = read(worn('[{ id: li-na, name: 李娜, language: zh-CN }, { id: otto, name: Otto }]', 'li-na'));
    expect(result).toMatchObject({
      ok: true,
      config: {
        people: [
          { id: 'li-na', name: '李娜', language: 'zh-CN' },
          { id: 'otto', name: 'Otto' },
        ],
      },
    });
    const [help, gas] = result.ok ? result.config.devices : [];
    expect(help).toMatchObject({ id: 'help-1', wearer: 'li-na' });
    expect(help?.options).not.toHaveProperty('wearer');
    expect(gas).not.toHaveProperty('wearer');
  });

  it('have ids of their own, and nobody else wears a device', () => {
    expect(texts(worn('[{ id: otto, name: Otto }, { id: otto, name: Otto II }]', 'oto'))).toEqual([
      'people[1].id: "otto" is taken by people[0] (line 5); expected one of its own',
      'devices[0].wearer: "oto" is nobody of `people`; did you mean otto? (line 7); expected otto',
    ]);
    expect(texts(worn('[]', 'otto'))).toEqual([
      'devices[0].wearer: "otto" is nobody of `people` (line 7); expected a person among `people`',
    ]);
    const shared = (ids: string, more = '') =>
      goodText
        .replace('devices:', 'people: [{ id: li, name: Li }, { id: wang, name: Wang }]\ndevices:')
        .replace('id: help-1,', `id: help-1, sharedBy: ${ids},${more}`);
    expect(texts(shared('[li, wang]'))).toEqual([]);
    expect(texts(shared('[li, wong]'))).toEqual([
      'devices[0].sharedBy[1]: "wong" is nobody of `people`; did you mean wang? (line 7); expected li or wang',
    ]);
    expect(texts(shared('[li]'))).toHaveLength(1);
    expect(texts(shared('[li, wang]', ' wearer: li,'))).toEqual([
      'devices[0].sharedBy: stands beside `wearer` (line 7); expected one of the two',
    ]);
    expect(texts(worn('[{ id: Otto, name: "" }]', 'otto'))).toHaveLength(3);
  });
});
