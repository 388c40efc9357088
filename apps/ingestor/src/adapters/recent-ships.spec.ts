import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentShips } from './recent-ships.js';

describe('recent ships', () => {
  const names = fc.array(fc.constantFrom('A', 'B', 'C', 'D', 'E'), { maxLength: 30 });

  it('forget those that were silent longest', () => {
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 4 }), (heard, max) => {
        const ships = new RecentShips(max);
        for (const name of heard) ships.heard(name);
        const byLastHeard = [...new Set(heard.toReversed())].toReversed();
        expect(ships.takeSilent()).toEqual(byLastHeard.slice(0, -max));
        expect(ships.takeSilent()).toEqual([]);
      }),
    );
  });

  it('take those that are adopted for silent longer than all others', () => {
    const ships = new RecentShips(2);
    for (const name of ['A', 'B']) ships.heard(name);
    ships.adopt(['B', 'old', 'A']);
    expect(ships.takeSilent()).toEqual(['old']);
  });
});
