import { describe, expect, it } from 'vitest';
import { Gate } from './gate.js';

describe('a gate', () => {
  it('lets so many run at one time, all of them in the end, and in their order', async () => {
    const gate = new Gate(2);
    const begun: number[] = [];
    let [running, most] = [0, 0];
    const work = (name: number) => async (): Promise<number> => {
      begun.push(name);
      running += 1;
      most = Math.max(most, running);
      for (let turns = 0; turns < name; turns += 1) await Promise.resolve();
      running -= 1;
      return name;
    };
    const names = [5, 1, 4, 2, 3];
    expect(await Promise.all(names.map((name) => gate.run(work(name))))).toEqual(names);
    expect(begun).toEqual(names);
    expect(most).toBe(2);
  });

  it('gives the place on when a work fails', async () => {
    const gate = new Gate(1);
    const failing = gate.run(() => Promise.reject(new Error('no')));
    const next = gate.run(async () => 'yes');
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('yes');
    expect(await gate.run(async () => 'again')).toBe('again');
  });
});
