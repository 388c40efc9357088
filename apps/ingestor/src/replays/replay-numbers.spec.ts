import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MISSING_RANGES_MAX, type MissingRange } from '#common/contracts';
import { ContactAccount } from '#common/domain';
import { MemoryReceptionStore } from '../adapters/memory/memory-reception.store.js';
import { MemoryTables } from '../adapters/memory/memory-tables.js';
import { storedContact } from '../adapters/testing/stored-contact.js';
import type { RecordedContact } from '../receptions/reception-store.port.js';
import { replayNumbers } from './replay-numbers.js';

const FATES = ['good', 'corrupt', 'shed', 'lost'] as const;
type Fate = (typeof FATES)[number];

/** A contact whose numbers, from 1, had these fates. */
async function contactOf(fates: readonly Fate[]): Promise<RecordedContact> {
  const tables = new MemoryTables();
  const numbersOf = (fate: Fate) => fates.flatMap((one, at) => (one === fate ? [at + 1] : []));
  const { contact_id: contactId } = await storedContact(tables, {
    numbers: numbersOf('good'),
    statement: { firstSequence: 1, lastSequence: fates.length, sent: fates.length },
    before: ({ account }) => {
      for (const number of numbersOf('corrupt')) account.corrupt(number, 39);
      for (const number of numbersOf('shed')) account.shed(number, 39);
    },
  });
  return (await new MemoryReceptionStore(tables).recorded(contactId))!;
}

/** What the replay of so many of its numbers says. */
function numbersAfter(contact: RecordedContact, fates: readonly Fate[], replayed: number) {
  const account = ContactAccount.open('sequence');
  const good = fates.flatMap((fate, at) => (fate === 'good' ? [at + 1] : []));
  for (const number of good.slice(0, replayed)) account.takeNumbered(number, 39);
  return replayNumbers(account, contact);
}

const numbersIn = (ranges: readonly MissingRange[]) =>
  ranges.flatMap(({ from, to, cause }) =>
    Array.from({ length: to - from + 1 }, (_, at) => [from + at, cause] as const),
  );

describe('the numbers of a replay', () => {
  it('are missing for the causes that the first report tells, or were not sent again', async () => {
    const anyFates = fc.array(fc.constantFrom(...FATES), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(anyFates, fc.nat(60), async (fates, replayed) => {
        const told = numbersAfter(await contactOf(fates), fates, replayed);

        let left = replayed;
        const missing = fates.flatMap((fate, at) => {
          if (fate !== 'good') return [[at + 1, fate] as const];
          left -= 1;
          return left >= 0 ? [] : [[at + 1, 'lost'] as const];
        });
        expect(numbersIn(told.missing_ranges)).toEqual(missing);
        expect(told).toMatchObject({ expected: fates.length, missing: missing.length });
      }),
    );
  });

  it('keep the causes that the report of the contact has no room for', async () => {
    const holes = 3 * MISSING_RANGES_MAX;
    const fates = Array.from({ length: holes }, (_, at) => ['good', FATES[1 + (at % 3)]!] as const);
    const contact = await contactOf(fates.flat());
    const whole = numbersAfter(contact, fates.flat(), holes);
    expect(whole).toEqual(contact.report.numbers);

    const half = numbersAfter(contact, fates.flat(), holes / 2);
    const each = holes / 3;
    const causes = { corrupt: each, shed: each, kernel: 0, restart: 0, lost: each + holes / 2 };
    expect(half.missing_by_cause).toEqual(causes);
    expect(half.missing_ranges_total).toBeGreaterThan(2 * MISSING_RANGES_MAX);
  });
});
