import { describe, expect, it } from 'vitest';
import { play } from '#fakes/play.ts';
import { helpButton } from '#src/detectors/help-button.ts';

const button = { id: 'help-1', kind: 'help-button' } as const;
const band = { id: 'band-1', kind: 'wearable' } as const;

describe('the help button', () => {
  it('calls with every press, however fast they come', () => {
    const home = play(helpButton)
      .reading(0, button, 'button', 'press')
      .reading(1, button, 'button', 'press')
      .reading(2, button, 'button', 'press');
    expect(home.findings).toHaveLength(3);
    expect(home.findings[0]).toMatchObject({
      hazard: 'help',
      subject: 'device:help-1',
      active: true,
      severity: 'alarm',
      because: [{ fact: 'pressed' }],
    });
  });

  it('takes a long press as the press it began with', () => {
    const home = play(helpButton)
      .reading(0, button, 'button', 'press')
      .reading(3_000, button, 'button', 'hold')
      .reading(4_000, button, 'button', 'release');
    expect(home.findings).toHaveLength(1);
  });

  it('takes a long press that came without its press as a call', () => {
    expect(play(helpButton).reading(0, band, 'button', 'hold').findings).toMatchObject([
      { because: [{ fact: 'held' }] },
    ]);
  });

  it('calls again when a hold comes after a release', () => {
    const home = play(helpButton)
      .reading(0, band, 'button', 'press')
      .reading(1, band, 'button', 'release')
      .reading(9, band, 'button', 'hold');
    expect(home.findings).toHaveLength(2);
  });

  it('is a call by a hold whose press was an hour ago, though no release came, or a person has resolved it', () => {
    const lost = play(helpButton)
      .reading(0, band, 'button', 'press')
      .reading(60 * 60_000, band, 'button', 'hold');
    expect(lost.findings.map(({ because }) => because[0]?.fact)).toEqual(['pressed', 'held']);
    const dealt = play(helpButton)
      .reading(0, band, 'button', 'press')
      .input(5_000, (at) => ({
        kind: 'resolved',
        at,
        hazard: 'help',
        subject: 'device:band-1',
        deviceId: 'band-1',
        severity: 'alarm',
        level: false,
        act: 'resolve',
        heard: true,
      }))
      .reading(10_000, band, 'button', 'hold');
    expect(dealt.findings).toHaveLength(2);
  });

  it('is one call by a key that is held for long, and told so again and again', () => {
    const home = play(helpButton);
    for (let second = 5; second < 25; second++) home.reading(second * 1_000, band, 'button', 'hold');
    expect(home.findings).toHaveLength(1);
  });

  it('does not believe a button to be down that was down before the power went', () => {
    const home = play(helpButton).reading(0, button, 'button', 'press').restart().reading(9, button, 'button', 'hold');
    expect(home.findings).toHaveLength(2);
  });

  it('calls on a press of whatever quality', () => {
    expect(play(helpButton).reading(0, button, 'button', 'press', 'uncertain').findings).toHaveLength(1);
  });

  it('leaves other people’s buttons alone', () => {
    const hush = { id: 'hush-1', kind: 'hush-button' } as const;
    expect(play(helpButton).reading(0, hush, 'button', 'press').findings).toEqual([]);
  });
});
