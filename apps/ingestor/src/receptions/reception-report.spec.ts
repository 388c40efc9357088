import { describe, expect, it } from 'vitest';
import { MISSING_RANGES_MAX } from '#common/contracts';
import { Reception } from './reception.js';
import { fullReportOf } from './reception-report.js';

const NUMBERS = 500_000;
const REPORT_CHARS_MAX = 100_000;

describe('the report of a contact', () => {
  it('stays small whatever is missing, and explains all of it', () => {
    const opening = {
      contactId: '00000000-0000-4000-8000-000000000001',
      fence: 1,
      shipName: 'USS Enterprise',
      plannedStart: 0,
      plannedEnd: 60_000_000,
      startedAt: 0,
      latenessMs: 0,
      stream: { format: 'ccsds' as const },
    };
    const reception = Reception.open(opening, 1, null);
    const { account } = reception;
    for (let sequence = 1; sequence <= NUMBERS; sequence += 2) account.takeNumbered(sequence, 39);
    account.corrupt(NUMBERS, 39);
    account.corrupt(null, 39);
    account.dropInKernel(10);

    const statement = { firstSequence: 1, lastSequence: NUMBERS, sent: NUMBERS };
    const facts = { state: 'completed' as const, endedAt: 0, statement, samplesStored: 0 };
    const { report } = fullReportOf(reception, facts);

    const missing = NUMBERS / 2;
    expect(report).toMatchObject({ closed: true, numbers: { good: missing, missing } });
    expect(report.numbers.missing_ranges).toHaveLength(MISSING_RANGES_MAX);
    expect(report.numbers.missing_ranges_total).toBe(missing);
    expect(report.numbers.missing_by_cause).toEqual({
      corrupt: 2,
      shed: 0,
      kernel: 10,
      restart: 0,
      lost: missing - 12,
    });
    expect(JSON.stringify(report).length).toBeLessThan(REPORT_CHARS_MAX);
  });
});
