import { describe, expect, it } from 'vitest';
import { randomOf } from '../rockets/random.js';
import { planBookings } from './bookings.js';

describe('the plan of bookings', () => {
  const bookings = planBookings(randomOf(1), 1_000, 60);

  it('gives each contact a ship of its own', () => {
    expect(new Set(bookings.map(({ shipName }) => shipName)).size).toBe(1_000);
  });

  it('starts all within the storm, and asks for each before', () => {
    for (const { bookAtMs, startAtMs } of bookings) {
      expect(startAtMs).toBeLessThan(60_000);
      expect(bookAtMs).toBeGreaterThanOrEqual(0);
      expect(bookAtMs).toBeLessThan(startAtMs);
    }
  });

  it('has both formats, moves, and ends before and after the start', () => {
    expect(new Set(bookings.map(({ format }) => format)).size).toBe(2);
    const ends = bookings.filter(({ change }) => change?.kind === 'end');
    expect(bookings.some(({ change }) => change?.kind === 'move')).toBe(true);
    expect(ends.some(({ change, startAtMs }) => change!.atMs < startAtMs)).toBe(true);
    expect(ends.some(({ change, startAtMs }) => change!.atMs >= startAtMs)).toBe(true);
  });

  it('wants some antennas twice, and asks for some contacts under a key', () => {
    const antennas = bookings.map(({ antenna }) => antenna).filter((antenna) => antenna !== null);
    expect(new Set(antennas).size).toBeLessThan(antennas.length);
    expect(antennas.length).toBeLessThan(bookings.length);
    expect(new Set(bookings.map(({ isKeyed }) => isKeyed)).size).toBe(2);
  });

  it('follows from the seed', () => {
    expect(planBookings(randomOf(1), 1_000, 60)).toEqual(bookings);
    expect(planBookings(randomOf(2), 1_000, 60)).not.toEqual(bookings);
  });
});
