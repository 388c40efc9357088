import { describe, expect, it } from 'vitest';
import { runRounds } from './arms.js';
import { type Arm, type Party, PartyMissing } from './parties.js';
import type { Trial } from './trial.js';

describe('measuring parties in rounds', () => {
  const context = { signal: new AbortController().signal, onProgress: () => undefined };

  const armOf = (name: string, limit: number): Arm => ({
    name,
    start: 10_000,
    bounds: { lowest: 1_000, highest: 100_000 },
    attempt: async (rate, seconds): Promise<Trial> => ({
      sent: rate * seconds,
      seconds,
      arrived: Math.min(rate, limit) * seconds,
      drainSeconds: 0,
      isExplained: true,
      cpuSeconds: null,
    }),
  });

  const partyOf = (name: string, opened: string[], fault?: Error, limit = 30_000): Party => ({
    name,
    run: async (measure) => {
      opened.push(name);
      if (fault) throw fault;
      await measure(armOf(`${name}'s arm`, limit));
    },
  });

  it('lets each go first in turn, and finds what each holds', async () => {
    const opened: string[] = [];
    const parties = [partyOf('one', opened), partyOf('two', opened)];
    const results = await runRounds({ parties, rounds: 3, seconds: 2 }, context);

    expect(opened).toEqual(['one', 'two', 'two', 'one', 'one', 'two']);
    for (const round of [1, 2, 3]) {
      const rate = results.of("one's arm").get(round)?.rate;
      expect(rate).toBeLessThanOrEqual(30_030);
      expect(rate).toBeGreaterThan(25_000);
    }
    expect(results.remarks).toEqual([]);
  });

  it('takes a single pause of the machine for what it is', async () => {
    let trials = 0;
    const paused = armOf('paused', 30_000);
    const arm: Arm = {
      ...paused,
      attempt: async (rate, seconds) => {
        const trial = await paused.attempt(rate, seconds);
        trials += 1;
        return trials % 3 === 0 ? { ...trial, arrived: trial.arrived / 2 } : trial;
      },
    };
    const party: Party = { name: 'paused', run: (measure) => measure(arm) };
    const results = await runRounds({ parties: [party], rounds: 1, seconds: 2 }, context);

    expect(results.of('paused').get(1)?.rate).toBeGreaterThan(25_000);
  });

  it('says what is missing or has failed, and goes on with the others', async () => {
    const opened: string[] = [];
    const parties = [
      partyOf('absent', opened, new PartyMissing('this build has none')),
      partyOf('broken', opened, new Error('no compiler\nand more')),
      partyOf('sound', opened),
    ];
    const results = await runRounds({ parties, rounds: 2, seconds: 2 }, context);

    expect(opened).toEqual(['absent', 'broken', 'sound', 'sound']);
    expect(results.of("sound's arm").size).toBe(2);
    expect(results.remarks).toEqual([
      { name: 'absent', remark: 'this build has none' },
      { name: 'broken', remark: 'FAILED: no compiler', isFault: true },
    ]);
  });

  it('says of an arm that it holds nothing', async () => {
    const parties = [partyOf('slow', [], undefined, 10)];
    const results = await runRounds({ parties, rounds: 1, seconds: 2 }, context);

    expect(results.remarks).toEqual([
      { name: "slow's arm", remark: 'holds no rate without loss', isFault: true },
    ]);
  });

  it('measures nothing once it is called off', async () => {
    const opened: string[] = [];
    const ended = { ...context, signal: AbortSignal.abort() };

    await expect(
      runRounds({ parties: [partyOf('one', opened)], rounds: 1, seconds: 1 }, ended),
    ).rejects.toThrow(/aborted/);

    expect(opened).toEqual([]);
  });
});
