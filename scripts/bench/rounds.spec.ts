import { describe, expect, it } from 'vitest';
import { measurePair, type Pair } from './rounds.js';

describe('measuring in rounds', () => {
  const OURS = [10, 30, 20];
  const LIMITS = [20, 40, 80];
  const asked: string[] = [];
  const pair: Pair = {
    name: 'a pair',
    unit: 'messages/s',
    goal: null,
    ours: async (round) => {
      asked.push(`ours ${round}`);
      return OURS[round - 1] ?? 0;
    },
    limit: async (round) => {
      asked.push(`limit ${round}`);
      return LIMITS[round - 1] ?? 0;
    },
  };
  const options = {
    rounds: 3,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  };

  it('tells medians, and the median of the ratios', async () => {
    expect(await measurePair(pair, options)).toEqual({
      name: 'a pair',
      unit: 'messages/s',
      goal: null,
      ours: 20,
      limit: 40,
      ratio: 0.5,
    });
  });

  it('changes who goes first from round to round', async () => {
    asked.length = 0;

    await measurePair(pair, options);

    expect(asked).toEqual(['ours 1', 'limit 1', 'limit 2', 'ours 2', 'ours 3', 'limit 3']);
  });

  it('measures nothing once it is called off', async () => {
    asked.length = 0;

    await expect(measurePair(pair, { ...options, signal: AbortSignal.abort() })).rejects.toThrow(
      /aborted/,
    );

    expect(asked).toEqual([]);
  });
});
