import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  contentOf,
  missingCount,
  newTrack,
  receive,
  type RocketFact,
  type RocketArrival,
  type RocketTrack,
  speedValue,
} from '#common/domain';
import { until } from '../../../../test/support/until.js';
import {
  type Outcome,
  REJECTED_BODY_CHARS_MAX,
  REJECTED_MESSAGES_MAX,
  type RocketStore,
} from './rocket-store.port.js';
import { faster, LAUNCH, message } from './testing/arrivals.js';
import { describeRocketHistory } from './rocket-history.contract.js';

export interface RocketStoreUnderTest {
  readonly store: RocketStore;
  /** What was published so far, in order, each fact at least once. */
  published(): Promise<readonly { readonly channel: string; readonly fact: RocketFact }[]>;
}

/** What every `RocketStore` must do; `make` gives an empty one. */
export function describeRocketStore(make: () => Promise<RocketStoreUnderTest>): void {
  describe('a RocketStore', () => {
    let store: RocketStore;
    let made: RocketStoreUnderTest;

    beforeEach(async () => {
      made = await make();
      store = made.store;
    });

    const takeOne = async (arrival: RocketArrival): Promise<Outcome> =>
      (await store.take(arrival)).outcome;

    const takeAll = async (arrivals: readonly RocketArrival[]): Promise<Outcome[]> => {
      const outcomes: Outcome[] = [];
      for (const next of arrivals) outcomes.push(await takeOne(next));
      return outcomes;
    };

    const find = async (channel: string): Promise<RocketTrack | null> =>
      (await store.find([channel]))[0] ?? null;

    it('takes a number once, and tells a repetition from a conflict', async () => {
      const outcomes = await takeAll([faster('a', 1), faster('a', 1), faster('a', 1, 501)]);

      expect(outcomes).toEqual(['new', 'duplicate', 'conflict']);
      expect(await find('a')).toMatchObject({ duplicateCount: 1, conflictCount: 1 });
    });

    it('keeps what the reducer makes of the messages, in any order', async () => {
      const numbers = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 40 });
      let run = 0;
      await fc.assert(
        fc.asyncProperty(numbers, async (arrivals) => {
          run += 1;
          const messages = arrivals.map((number, at) => faster(`run ${run}`, number, at % 3));
          await takeAll(messages);

          const contents = new Map<number, string>();
          const expected = messages.reduce(
            (track, next) => {
              const reception = receive(track, next, contents.get(next.number));
              if (reception.outcome === 'new') contents.set(next.number, contentOf(next));
              return reception.track;
            },
            newTrack(`run ${run}`),
          );
          expect(await find(`run ${run}`)).toEqual(messages.length > 0 ? expected : null);
        }),
        { numRuns: 50 },
      );
    });

    it('counts each number once when messages come at the same time', async () => {
      const messages = Array.from({ length: 200 }, (_, index) => faster('a', 1 + (index % 50), 1));

      const outcomes = await Promise.all(messages.map(takeOne));

      expect(outcomes.filter((outcome) => outcome === 'new')).toHaveLength(50);
      const track = await find('a');
      expect(track && speedValue(track.rocket.speed)).toBe(50);
      expect(track?.duplicateCount).toBe(150);
    });

    it('keeps channels apart, whatever they are called', async () => {
      const names = ['a', 'A', 'a ', '1:a', 'constructor', 'hasOwnProperty', '"; --', '\u{1F680}'];
      await takeAll(names.map((name, index) => faster(name, 1, index)));

      for (const [index, name] of names.entries()) {
        const track = await find(name);
        expect(track && speedValue(track.rocket.speed)).toBe(index);
      }
      expect(await find('toString')).toBeNull();
      expect(await find('')).toBeNull();
    });

    it('holds 10,000 open gaps of one channel', { timeout: 60_000 }, async () => {
      const arrivals = Array.from({ length: 10_000 }, (_, index) =>
        faster('a', 2 * (index + 1), 1),
      );
      for (let at = 0; at < arrivals.length; at += 500)
        await Promise.all(arrivals.slice(at, at + 500).map(takeOne));

      const track = await find('a');
      expect(track && missingCount(track.taken)).toBe(10_000);
      expect(await takeOne(faster('a', 20_000))).toBe('conflict');
      expect(await takeOne(faster('a', 19_999))).toBe('new');
    });

    it('lists by channel, from a channel on', async () => {
      await takeAll(['c', 'a', 'd', 'b'].map((channel) => faster(channel, 1)));
      const names = async (after: string, limit: number): Promise<string[]> =>
        (await store.list({ after, limit })).map(({ channel }) => channel);

      expect(await names('', 10)).toEqual(['a', 'b', 'c', 'd']);
      expect(await names('', 3)).toEqual(['a', 'b', 'c']);
      expect(await names('b', 3)).toEqual(['c', 'd']);
      expect(await names('bb', 1)).toEqual(['c']);
      expect(await names('d', 1)).toEqual([]);
    });

    it('names the channels by latest update, oldest first, across time zones', async () => {
      await takeAll([
        message('late', 1, LAUNCH, '2022-02-02T19:00:00.000000002Z'),
        message('early', 1, LAUNCH, '2022-02-02T19:30:00+01:00'),
        message('middle', 1, LAUNCH, '2022-02-02T19:00:00.000000001Z'),
        message('same b', 1, LAUNCH, '2022-02-02T20:00:00Z'),
        message('same a', 1, LAUNCH, '2022-02-02T21:00:00+01:00'),
      ]);
      expect(await store.channels()).toEqual(['early', 'middle', 'late', 'same a', 'same b']);

      await store.take(message('early', 2, LAUNCH, '2022-02-03T00:00:00Z'));
      await store.take(message('late', 2, LAUNCH, '2022-01-01T00:00:00Z'));
      expect(await store.channels()).toEqual(['middle', 'late', 'same a', 'same b', 'early']);
    });

    it('publishes what becomes known, and nothing for what changes nothing', async () => {
      await takeAll([
        message('a', 4, { type: 'RocketExploded', reason: 'X' }),
        message('a', 4, { type: 'RocketExploded', reason: 'Y' }),
        message('a', 1, LAUNCH),
        message('a', 1, LAUNCH),
        message('a', 3, { type: 'RocketMissionChanged', newMission: 'GEMINI' }),
        message('a', 2, { type: 'RocketMissionChanged', newMission: 'APOLLO' }),
        message('a', 5, { type: 'RocketExploded', reason: 'Z' }),
      ]);

      const channel = 'a';
      expect(await made.published()).toEqual([
        { channel, fact: { type: 'exploded', reason: 'X' } },
        { channel, fact: { type: 'launched', model: 'Falcon-9', mission: 'ARTEMIS' } },
        { channel, fact: { type: 'mission-changed', mission: 'GEMINI' } },
        { channel, fact: { type: 'exploded', reason: 'Z' } },
      ]);
    });

    it('keeps the newest rejected messages, and of each its beginning', async () => {
      const rejection = (detail: string, body = 'x') => ({
        receivedAtMs: 1,
        code: 'C',
        channel: null,
        detail,
        body,
      });
      for (let index = 0; index < REJECTED_MESSAGES_MAX + 5; index += 1)
        await store.reject(rejection(String(index)));
      await store.reject(rejection('last', 'y'.repeat(REJECTED_BODY_CHARS_MAX + 1)));

      const kept = await store.rejected(REJECTED_MESSAGES_MAX + 5);
      expect(kept).toHaveLength(REJECTED_MESSAGES_MAX);
      expect(kept[0]).toEqual(rejection('last', 'y'.repeat(REJECTED_BODY_CHARS_MAX)));
      expect(kept.at(-1)?.detail).toBe('6');
      expect(await store.rejected(1)).toHaveLength(1);
    });

    it('counts refused bodies at the channel that they name, once it is known', async () => {
      const rejection = { receivedAtMs: 1, code: 'C', detail: 'D', body: 'x' };
      await store.reject({ ...rejection, channel: 'a' });
      await store.take(faster('a', 1));
      expect(await find('a')).toMatchObject({ rejectedCount: 0 });

      await store.reject({ ...rejection, channel: 'a' });
      await store.reject({ ...rejection, channel: 'b' });
      await store.reject({ ...rejection, channel: null });
      expect(await find('a')).toMatchObject({ rejectedCount: 1 });
      expect(await store.find(['b', 'a'])).toMatchObject([null, { channel: 'a' }]);
      expect((await store.rejected(4)).map(({ channel }) => channel)).toEqual([
        null,
        'b',
        'a',
        'a',
      ]);
    });

    it('tells of each channel that changes', async () => {
      const changed = new Set<string>();
      store.onChange((channels) => {
        for (const channel of channels ?? ['all']) changed.add(channel);
      });
      await takeAll([faster('a', 1), faster('b', 1)]);

      await until(() =>
        expect(changed.has('all') || (changed.has('a') && changed.has('b'))).toBe(true),
      );
      expect(changed.has('c')).toBe(false);
    });

    it('has told of every change when it is asked to', async () => {
      const changed = new Set<string>();
      store.onChange((channels) => {
        for (const channel of channels ?? ['a', 'b']) changed.add(channel);
      });
      await takeAll([faster('a', 1), faster('b', 1)]);

      await store.tellChanges();
      expect([...changed].toSorted()).toEqual(['a', 'b']);
    });

    it('is up', async () => {
      expect(await store.health()).toMatchObject({ status: 'up' });
    });
  });

  describeRocketHistory(make);
}
