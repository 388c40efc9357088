import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newTrack } from '#common/domain';
import { LatestChanges } from './latest-changes.js';

const track = (channel: string, duplicateCount: number) => ({
  ...newTrack(channel),
  duplicateCount,
});

describe('the latest changes', () => {
  const channel = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const steps = fc.array(channel, { minLength: 1, maxLength: 60 });

  /** What a client knows that takes all that lies behind its position. */
  const catchUp = (changes: LatestChanges, known: Map<string, number>, position: number) => {
    for (const change of changes.after(position)) {
      known.set(change.track.channel, change.track.duplicateCount);
      position = change.position;
    }
    return position;
  };

  it('bring whoever knows the state at a position to the present', () => {
    const reader = fc.record({ reads: fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }) });
    fc.assert(
      fc.property(steps, reader, (channels, { reads }) => {
        const changes = new LatestChanges();
        const [now, known] = [new Map<string, number>(), new Map<string, number>()];
        let position = 0;
        for (const [step, name] of channels.entries()) {
          changes.note(track(name, step), step);
          now.set(name, step);
          if (reads[step]) position = catchUp(changes, known, position);
        }
        catchUp(changes, known, position);
        expect(known).toEqual(now);
      }),
    );
  });

  it('bring him there also when he is cut after any of them', () => {
    fc.assert(
      fc.property(steps, fc.nat(60), fc.nat(5), (channels, pause, taken) => {
        const changes = new LatestChanges();
        const [now, known] = [new Map<string, number>(), new Map<string, number>()];
        let position = 0;
        for (const [step, name] of channels.entries()) {
          changes.note(track(name, step), step);
          now.set(name, step);
          if (step !== pause) continue;
          for (const change of [...changes.after(0)].slice(0, taken)) {
            known.set(change.track.channel, change.track.duplicateCount);
            position = change.position;
          }
        }
        catchUp(changes, known, position);
        expect(known).toEqual(now);
      }),
    );
  });

  it('are in the order of their positions, one for each rocket', () => {
    fc.assert(
      fc.property(steps, fc.nat(60), (channels, position) => {
        const changes = new LatestChanges();
        channels.forEach((name, step) => changes.note(track(name, step), step));

        const last = (name: (typeof channels)[number]) => channels.lastIndexOf(name) + 1;
        const expected = [...new Set(channels)].map(last).filter((at) => at > position);
        const found = [...changes.after(position)].map((change) => change.position);
        expect(found).toEqual(expected.toSorted((a, b) => a - b));
        expect(changes.channels).toEqual([...new Set(channels)]);
        expect(changes.position).toBe(channels.length);
      }),
    );
  });

  it('stay so over more changes than are kept', () => {
    const changes = new LatestChanges();
    for (let step = 1; step <= 10_000; step += 1) changes.note(track(`${step % 7}`, step), step);

    const behind = (position: number) => [...changes.after(position)].map((one) => one.position);
    expect(behind(0)).toEqual([9_994, 9_995, 9_996, 9_997, 9_998, 9_999, 10_000]);
    expect(behind(9_998)).toEqual([9_999, 10_000]);
    expect(behind(10_000)).toEqual([]);
  });

  it('take no notice of what they know, nor of what is older', () => {
    const changes = new LatestChanges();
    const [old, later] = [track('a', 1), track('a', 2)];
    changes.note(later, 5);
    changes.note(later, 6);
    changes.note(old, 4);

    expect([...changes.after(0)].map((change) => change.track)).toEqual([later]);
    expect(changes.position).toBe(1);
  });
});
