// What `hearthward say` answers to the person at the terminal.

import type { Saying } from '#contract/control/say.ts';
import type { Language } from '../language.ts';

const en = {
  done: {
    home: 'Taken down: somebody is at home.',
    away: 'Taken down: nobody is at home.',
    visitor: 'Taken down: there is a visitor.',
    hospital: 'Taken down: the resident is in hospital.',
    hush: 'What sounds is silent now. A new call sounds again.',
    acknowledge: 'Acknowledged: the resident is shown that help is confirmed.',
    resolve: 'Resolved. What still holds is raised anew.',
    cancel: 'Cancelled.',
    'on-the-way': 'Acknowledged: the resident is shown that somebody is on the way.',
  } satisfies Record<Saying, string>,
  refused: {
    'no-such-alert': 'There is no such open alert. See which there are: hearthward alerts --open',
    'already-closed': 'This alert is closed already.',
    'cannot-be-cancelled': 'An alert of this kind cannot be cancelled: acknowledge it, then resolve it.',
    'no-change': 'That changes nothing: it is so already.',
    outdated: 'A newer call has come since: look again.',
  } as Record<string, string>,
  otherwise: (code: string) => `The gateway refuses: ${code}.`,
};

const zh: typeof en = {
  done: {
    home: '已记录：有人在家。',
    away: '已记录：家中无人。',
    visitor: '已记录：有访客。',
    hospital: '已记录：住院中。',
    hush: '已静音。有新的呼叫时会再次发声。',
    acknowledge: '已确认：住户端已显示有人接警。',
    resolve: '已处理完毕。若原因仍在会再次报警。',
    cancel: '已取消。',
    'on-the-way': '已确认：住户端已显示救助人员出发。',
  },
  refused: {
    'no-such-alert': '没有这样的未关闭警报。可用 hearthward alerts --open 查看。',
    'already-closed': '该警报已关闭。',
    'cannot-be-cancelled': '此类警报不能取消：请先确认，再处理完毕。',
    'no-change': '状态未变：已经如此。',
    outdated: '此后又有新的呼叫：请重新查看。',
  },
  otherwise: (code) => `网关拒绝：${code}。`,
};

/** @param refused why not; undefined: it was done */
export function answerText(act: Saying, refused: string | undefined, language: Language): string {
  const words = language === 'en' ? en : zh;
  return refused === undefined ? words.done[act] : (words.refused[refused] ?? words.otherwise(refused));
}
