import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Attempt, confirm, findHighest } from './search.js';

const BOUNDS = { lowest: 1_000, highest: 1_000_000 };

const receiver =
  (limit: number, asked: number[] = [], senderMax = Infinity) =>
  async (rate: number): Promise<Attempt> => {
    asked.push(rate);
    const sent = Math.min(rate, senderMax);
    return { isHeld: sent <= limit, sentRate: sent, rate: Math.min(sent, limit) };
  };

describe('the search for the highest rate', () => {
  it('finds it closely where it starts near', async () => {
    const close = fc.double({ min: 0.4, max: 2.5, noNaN: true });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 5_000, max: 400_000 }), close, async (limit, factor) => {
        const found = await findHighest(limit * factor, BOUNDS, receiver(limit));

        expect(found).toBeLessThanOrEqual(limit);
        expect(found).toBeGreaterThan(limit / 1.25);
      }),
    );
  });

  it('needs at most eight attempts, all within its bounds, wherever it starts', async () => {
    const limits = fc.integer({ min: 0, max: 2_000_000 });
    await fc.assert(
      fc.asyncProperty(limits, limits, async (limit, start) => {
        const asked: number[] = [];
        const found = await findHighest(start, BOUNDS, receiver(limit, asked));

        expect(asked.length).toBeLessThanOrEqual(8);
        for (const rate of asked) {
          expect(rate).toBeGreaterThanOrEqual(BOUNDS.lowest);
          expect(rate).toBeLessThanOrEqual(BOUNDS.highest);
        }
        expect(found ?? 0).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it('steps up again from where one was that it had put aside too much', async () => {
    const asked: number[] = [];
    const attempt = async (rate: number): Promise<Attempt> => {
      asked.push(rate);
      const isHeld = rate <= 20_000;
      return { isHeld, sentRate: rate, rate: isHeld ? rate : 10_000 };
    };

    expect(await findHighest(80_000, BOUNDS, attempt)).toBeGreaterThan(18_000);
    expect(asked.slice(0, 2)).toEqual([80_000, 10_000]);
  });

  it('ends when the sender is what holds up', async () => {
    const asked: number[] = [];

    expect(await findHighest(100_000, BOUNDS, receiver(Infinity, asked, 50_000))).toBe(50_000);
    expect(asked).toEqual([100_000]);
  });

  it('finds nothing where nothing is held', async () => {
    expect(await findHighest(2_000, BOUNDS, receiver(0))).toBeNull();
  });
});

describe('the confirmation of a rate', () => {
  it('goes down a little where chance has helped before', async () => {
    const attempt = async (rate: number): Promise<Attempt> => ({
      isHeld: rate < 95_000,
      sentRate: rate,
      rate,
    });

    expect((await confirm(100_000, attempt))?.rate).toBeCloseTo(93_000);
  });

  it('goes down to what was reached', async () => {
    const attempt = receiver(50_000);

    expect((await confirm(100_000, attempt))?.rate).toBe(50_000);
  });

  it('comes back up to what is held, where more than that slows it down', async () => {
    const limits = fc.integer({ min: 40_000, max: 99_000 });
    await fc.assert(
      fc.asyncProperty(
        limits,
        fc.double({ min: 0.3, max: 1, noNaN: true }),
        async (limit, share) => {
          const asked: number[] = [];
          const attempt = async (rate: number): Promise<Attempt> => {
            asked.push(rate);
            const isHeld = rate <= limit;
            return { isHeld, sentRate: rate, rate: isHeld ? rate : limit * share };
          };
          const found = await confirm(100_000, attempt);

          expect(found?.rate).toBeLessThanOrEqual(limit);
          expect(found?.rate).toBeGreaterThan(limit / 1.2);
          expect(asked.length).toBeLessThanOrEqual(6);
        },
      ),
    );
  });

  it('gives up soon', async () => {
    let tries = 0;
    const attempt = async (rate: number): Promise<Attempt> => {
      tries += 1;
      return { isHeld: false, sentRate: rate, rate };
    };

    expect(await confirm(100_000, attempt)).toBeNull();
    expect(tries).toBe(6);
  });
});
