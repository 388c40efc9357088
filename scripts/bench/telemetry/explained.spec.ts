import { describe, expect, it } from 'vitest';
import type { ContactReport } from '#common/contracts';
import { causesOf, faultsIn } from './explained.js';

describe('an account', () => {
  const REPORT: ContactReport = {
    contact_id: 'c',
    ship_name: 's',
    state: 'stopped',
    revision: 1,
    closed: true,
    accounting: 'sequence',
    planned_start: '2030-01-01T12:00:00Z',
    planned_end: '2030-01-01T12:01:00Z',
    started_at: '2030-01-01T12:00:00Z',
    stream_asked_at: null,
    first_datagram_at: null,
    ended_at: '2030-01-01T12:01:00Z',
    lateness_ms: 1,
    first_sequence: 1,
    last_sequence: 100,
    datagrams: {
      received: 103,
      bytes: 5_000,
      good: 95,
      duplicates: 1,
      late: 0,
      corrupt: 1,
      control: 3,
      rejected: { 'wrong-time': 1 },
      shed: 2,
      kernel_dropped: 2,
    },
    numbers: {
      expected: 100,
      good: 95,
      missing: 5,
      missing_ranges: [
        { from: 10, to: 11, cause: 'shed' },
        { from: 20, to: 20, cause: 'corrupt' },
        { from: 30, to: 31, cause: 'kernel' },
      ],
    },
    samples_stored: 760,
  };
  const TRUTH = { numbers: 100, records: 8 };

  it('that explains all has no fault', () => {
    expect(faultsIn(REPORT, TRUTH)).toEqual([]);
    expect(causesOf(REPORT)).toEqual({ shed: 2, corrupt: 1, kernel: 2 });
  });

  it('is told by its sums where not all ranges are listed', () => {
    const missing_by_cause = { corrupt: 1, shed: 2, kernel: 2, restart: 0, lost: 0 };
    const report = {
      ...REPORT,
      numbers: { ...REPORT.numbers, missing_ranges: [], missing_by_cause },
    };

    expect(faultsIn(report, TRUTH)).toEqual([]);
    expect(causesOf(report)).toEqual({ shed: 2, corrupt: 1, kernel: 2 });
  });

  it.each([
    ['is not closed', { closed: false }, /not closed/],
    ['has stored too little', { samples_stored: 752 }, /samples stored are 752, not 760/],
    [
      'has lost a datagram',
      { datagrams: { ...REPORT.datagrams, received: 104 } },
      /datagrams received are 104, not 103/,
    ],
    [
      'names no cause',
      { numbers: { ...REPORT.numbers, missing_ranges: [] } },
      /missing by cause are 0, not 5/,
    ],
    [
      'expects other numbers',
      { numbers: { ...REPORT.numbers, expected: null } },
      /expected are null, not 100/,
    ],
  ])('%s', (_, change, fault) => {
    expect(faultsIn({ ...REPORT, ...change }, TRUTH).join('; ')).toMatch(fault);
  });
});
