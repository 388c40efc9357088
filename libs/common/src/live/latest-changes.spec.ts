import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatestChanges } from './latest-changes.js';

interface Thing {
  readonly name: string;
  readonly count: number;
}

const thing = (name: string, count: number): Thing => ({ name, count });
const noChanges = () => new LatestChanges<Thing>((value) => value);

describe('the latest changes', () => {
  const names = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const steps = fc.array(names, { minLength: 1, maxLength: 60 });

  /** What a client knows that takes all that lies behind its position. */
  const catchUp = (changes: LatestChanges<Thing>, known: Map<string, number>, position: number) => {
    for (const change of changes.after(position)) {
      known.set(change.key, change.value.count);
      position = change.position;
    }
    return position;
  };

  it('bring whoever knows the state at a position to the present', () => {
    const reader = fc.record({ reads: fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }) });
    fc.assert(
      fc.property(steps, reader, (things, { reads }) => {
        const changes = noChanges();
        const [now, known] = [new Map<string, number>(), new Map<string, number>()];
        let position = 0;
        for (const [step, name] of things.entries()) {
          changes.note(name, thing(name, step), step);
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
      fc.property(steps, fc.nat(60), fc.nat(5), (things, pause, taken) => {
        const changes = noChanges();
        const [now, known] = [new Map<string, number>(), new Map<string, number>()];
        let position = 0;
        for (const [step, name] of things.entries()) {
          changes.note(name, thing(name, step), step);
          now.set(name, step);
          if (step !== pause) continue;
          for (const change of [...changes.after(0)].slice(0, taken)) {
            known.set(change.key, change.value.count);
            position = change.position;
          }
        }
        catchUp(changes, known, position);
        expect(known).toEqual(now);
      }),
    );
  });

  it('are in the order of their positions, one for each thing', () => {
    fc.assert(
      fc.property(steps, fc.nat(60), (things, position) => {
        const changes = noChanges();
        things.forEach((name, step) => changes.note(name, thing(name, step), step));

        const last = (name: (typeof things)[number]) => things.lastIndexOf(name) + 1;
        const expected = [...new Set(things)].map(last).filter((at) => at > position);
        const found = [...changes.after(position)].map((change) => change.position);
        expect(found).toEqual(expected.toSorted((a, b) => a - b));
        expect(changes.keys).toEqual([...new Set(things)]);
        expect(changes.position).toBe(things.length);
      }),
    );
  });

  it('stay so over more changes than are kept', () => {
    const changes = noChanges();
    for (let step = 1; step <= 10_000; step += 1)
      changes.note(`${step % 7}`, thing(`${step % 7}`, step), step);

    const behind = (position: number) => [...changes.after(position)].map((one) => one.position);
    expect(behind(0)).toEqual([9_994, 9_995, 9_996, 9_997, 9_998, 9_999, 10_000]);
    expect(behind(9_998)).toEqual([9_999, 10_000]);
    expect(behind(10_000)).toEqual([]);
  });

  it('take no notice of what they know, nor of what is older', () => {
    const changes = noChanges();
    const [old, later] = [thing('a', 1), thing('a', 2)];
    changes.note('a', later, 5);
    changes.note('a', later, 6);
    changes.note('a', old, 4);

    expect([...changes.after(0)].map((change) => change.value)).toEqual([later]);
    expect(changes.position).toBe(1);
  });

  it('tell nobody of what was forgotten, until it changes again', () => {
    const changes = noChanges();
    for (const name of ['a', 'b', 'c']) changes.note(name, thing(name, 1), 1);
    changes.forget('b');
    expect([...changes.after(0)].map(({ key }) => key)).toEqual(['a', 'c']);
    expect(changes.of('b')).toBeUndefined();

    changes.note('b', thing('b', 2), 1);
    expect([...changes.after(3)].map(({ value }) => value)).toEqual([thing('b', 2)]);
    expect(changes.keys.filter((key) => key === 'b')).toHaveLength(1);
  });

  it('keep no name for ever of what comes and goes', () => {
    const changes = noChanges();
    for (let step = 1; step <= 10_000; step += 1) {
      changes.note(`${step}`, thing(`${step}`, step), step);
      changes.forget(`${step - 3}`);
    }
    expect([...changes.after(0)].map(({ key }) => key)).toEqual(['9998', '9999', '10000']);
    expect(changes.keys.length).toBeLessThan(1_100);
  });
});
