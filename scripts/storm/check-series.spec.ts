import { describe, expect, it } from 'vitest';
import { checkSeries } from './check-series.js';
import type { ContactFact } from './facts.js';
import type { SeriesFact } from './series-client.js';
import { contactFact } from './testing/calm-facts.js';

const [FIRST, SECOND, THIRD] = [0, 1, 2].map(
  (minute) => contactFact().startTime + minute * 60_000_000,
) as [number, number, number];

const contactAt = (seriesAt: number, changes: Partial<ContactFact> = {}): ContactFact =>
  contactFact({ id: `contact of ${seriesAt}`, startTime: seriesAt, seriesAt, ...changes });
const ALL = [FIRST, SECOND, THIRD].map((at) => contactAt(at));
const planned = (changes: Partial<SeriesFact> = {}): SeriesFact => ({
  shipName: contactFact().shipName,
  isConfirmed: true,
  occurrences: [FIRST, SECOND, THIRD],
  shown: [FIRST, SECOND, THIRD],
  owedFrom: THIRD,
  excluded: null,
  isExcluded: false,
  ...changes,
});
const judged = (contacts: readonly ContactFact[], changes: Partial<SeriesFact> = {}): string[] =>
  checkSeries({ series: [planned(changes)], contacts }).map(({ kind }) => kind);

describe('the judge of series', () => {
  it('accepts one contact for each occurrence, and contacts of no series', () => {
    expect(judged([...ALL, contactFact({ shipName: 'Another' })])).toEqual([]);
  });

  it('finds an occurrence without contact, once it was shown or is due', () => {
    expect(judged(ALL.slice(1))).toEqual(['series missing']);
    expect(judged(ALL.slice(1), { shown: [] })).toEqual([]);
    expect(judged(ALL.slice(0, 2), { shown: [] })).toEqual(['series missing']);
  });

  it('owes nothing for a try without answer, and judges what came of it', () => {
    expect(judged([], { isConfirmed: false })).toEqual([]);
    expect(judged([ALL[0]!, { ...ALL[0]!, id: 'b' }], { isConfirmed: false })).toEqual([
      'series booked twice',
    ]);
  });

  it('finds two contacts of one occurrence', () => {
    expect(judged([...ALL, contactAt(SECOND, { id: 'another' })])).toEqual(['series booked twice']);
  });

  it('finds contacts that nobody asked for, or at another time', () => {
    expect(judged([...ALL, contactAt(THIRD + 60_000_000)])).toEqual(['series unasked']);
    expect(judged([...ALL, contactAt(FIRST, { shipName: 'Nobody' })])).toEqual(['series unasked']);
    expect(judged([...ALL.slice(1), contactAt(FIRST, { startTime: FIRST + 1 })])).toEqual([
      'series moved',
    ]);
  });

  it('knows what was taken away, and what was not', () => {
    const cancelled = [...ALL.slice(0, 2), contactAt(THIRD, { state: 'cancelled' })];
    expect(judged(cancelled)).toEqual(['series cancelled']);
    expect(judged(cancelled, { excluded: THIRD, isExcluded: true })).toEqual([]);
    expect(judged(ALL, { excluded: THIRD, isExcluded: true })).toEqual(['series not excluded']);
    expect(judged(ALL, { excluded: THIRD })).toEqual([]);
    expect(judged(ALL.slice(0, 2), { excluded: THIRD, shown: [] })).toEqual([]);
  });
});
