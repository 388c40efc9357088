import { describe, expect, it } from 'vitest';
import { MICROS_PER_SECOND } from '#common/domain';
import { faultOf, type Limit, severityOf, weightOf } from './limit.js';
import { CALM, judge, type MonitorState } from './limit-monitor.js';

const LIMIT: Limit = {
  warning: { low: 22, high: 30 },
  critical: { low: 20, high: 32 },
  persistenceSeconds: 0,
  hysteresis: 0.5,
  staleAfterSeconds: null,
};

const after = (limit: Limit, values: readonly number[], everySeconds = 1): MonitorState =>
  values.reduce(
    (state, value, nr) => judge(limit, state, value, (nr + 1) * everySeconds * MICROS_PER_SECOND),
    CALM,
  );

describe('a limit', () => {
  it.each([
    [25, 'normal'],
    [22, 'normal'],
    [21.9, 'warning'],
    [20, 'warning'],
    [19.9, 'critical'],
    [30, 'normal'],
    [30.1, 'warning'],
    [32.1, 'critical'],
  ])('judges %d as %s', (value, severity) => {
    expect(severityOf(LIMIT, value)).toBe(severity);
    expect(after(LIMIT, [value]).severity).toBe(severity);
  });

  it.each([
    [[21.9, 22.4], 'warning'],
    [[21.9, 22.5], 'normal'],
    [[19.9, 20.4], 'critical'],
    [[19.9, 20.5], 'warning'],
    [[19.9, 22.4], 'warning'],
    [[19.9, 25], 'normal'],
    [[30.1, 29.6], 'warning'],
    [[30.1, 29.5], 'normal'],
  ])('after %j it is %s: inside by the hysteresis, or it is not over', (values, severity) => {
    expect(after(LIMIT, values).severity).toBe(severity);
  });

  it('counts only what lasts', () => {
    const patient = { ...LIMIT, persistenceSeconds: 2 };

    expect(after(patient, [19, 19]).severity).toBe('normal');
    expect(after(patient, [19, 19, 19]).severity).toBe('critical');
    expect(after(patient, [19, 19, 25, 19, 19]).severity).toBe('normal');
    expect(after(patient, [21, 21, 19]).severity).toBe('warning');
    expect(after(patient, [21, 21, 19, 19, 19]).severity).toBe('critical');
  });

  it('is not moved by values that come late', () => {
    const grave = after(LIMIT, [25, 19]);

    expect(judge(LIMIT, grave, 25, MICROS_PER_SECOND)).toBe(grave);
    expect(judge(LIMIT, grave, 25, 2 * MICROS_PER_SECOND)).toBe(grave);
  });

  it('is never graver than its gravest value, nor calmer than the plain judgement allows', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      let state = CALM;
      for (let nr = 1; nr <= 50; nr += 1) {
        const value = 18 + ((seed * 7919 + nr * nr * 104_729) % 1_600) / 100;
        const before = state;
        state = judge(LIMIT, before, value, nr * MICROS_PER_SECOND);
        const plain = weightOf(severityOf(LIMIT, value));
        expect(weightOf(state.severity)).toBeGreaterThanOrEqual(plain);
        expect(weightOf(state.severity)).toBeLessThanOrEqual(
          Math.max(plain, weightOf(before.severity)),
        );
      }
    }
  });
});

describe('a limit that cannot be', () => {
  it.each([
    ['no bound', { warning: null, critical: { low: null, high: null } }],
    ['the warning outside', { warning: { low: 19, high: null } }],
    ['high below low', { warning: { low: 25, high: 24 }, critical: null }],
    ['too much hysteresis', { hysteresis: 4.1 }],
  ])('is told: %s', (_, change) => {
    expect(faultOf({ ...LIMIT, ...change })).toBeTypeOf('string');
  });

  it('is not told of one that can', () => {
    expect(faultOf(LIMIT)).toBeNull();
    expect(faultOf({ ...LIMIT, warning: null })).toBeNull();
    expect(faultOf({ ...LIMIT, critical: { low: 3, high: null } })).toBeNull();
    const unbounded = { ...LIMIT, warning: null, critical: null };
    expect(faultOf({ ...unbounded, staleAfterSeconds: 5 })).toBeNull();
  });
});
