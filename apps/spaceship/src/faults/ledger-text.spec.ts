import { describe, expect, it } from 'vitest';
import type { StreamLedger } from '#common/contracts';
import { type FaultProfile, faultProfileOf } from './fault-profile.js';
import { Flight } from './flight.js';
import type { LedgerRecord } from './ledger-entries.js';
import { type LedgerSelection, ledgerText } from './ledger-text.js';

const HEAD = { event_key: 'key', phase: 'ended' } as const;
const COUNT = 2_500;
const FAULTY = faultProfileOf({ loss: 0.05, duplicate: 0.05 });

/** A stream in bursts of ten, of which the network refuses some. */
function recordOf(
  faults: FaultProfile | null,
  refusedPlaces: readonly number[] = [],
): LedgerRecord {
  const plan = { format: 'json', apid: null, batteryCount: 1, seed: 7, epoch: 0 } as const;
  const flight = new Flight({ ...plan, faults, count: COUNT }, 100, null, () => 0);
  while (!flight.isFinished) {
    flight.allow(10);
    const departures = flight.take(0, 10);
    flight.left(departures, refusedPlaces);
  }
  flight.left(flight.drain(COUNT), []);
  return flight.ledger();
}

async function read(record: LedgerRecord, only: LedgerSelection) {
  const pieces: string[] = [];
  for await (const piece of ledgerText(HEAD, record, only)) pieces.push(piece);
  return { pieces, ledger: JSON.parse(pieces.join('')) as StreamLedger };
}

describe('the text of a ledger', () => {
  it('is one JSON object with an entry per number, in pieces of bounded size', async () => {
    const record = recordOf(FAULTY);
    const { pieces, ledger } = await read(record, 'all');

    const { seed, sha256, totals } = record;
    expect(ledger).toMatchObject({ ...HEAD, seed, sha256, totals });
    expect(ledger.entries.map(({ number }) => number)).toEqual(
      Array.from({ length: COUNT }, (_, index) => index + 1),
    );
    expect(pieces.length).toBeGreaterThan(4);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(150_000);
  });

  it('leaves out what was just sent, with only=faults', async () => {
    const record = recordOf(FAULTY);
    const { ledger } = await read(record, 'faults');
    const all = (await read(record, 'all')).ledger.entries;

    expect(ledger.entries).toEqual(all.filter(({ did }) => did.join() !== 'sent'));
    expect(ledger.entries).toHaveLength(record.totals.lost + record.totals.duplicated);
  });

  it('names what the network refused, up to a limit, also without faults', async () => {
    const record = recordOf(null, [0, 1, 2, 3, 4]);
    const { ledger } = await read(record, 'faults');

    expect(ledger.totals).toMatchObject({ refused: 1_250, refused_unlisted: 250 });
    expect(ledger.totals.datagrams).toBe(COUNT - 1_250);
    expect(ledger.entries).toHaveLength(1_000);
    expect(ledger.entries[0]).toEqual({
      number: 1,
      did: ['sent', 'refused'],
      datagrams: 0,
      corrupted: 0,
    });
    expect((await read(record, 'all')).ledger.entries).toHaveLength(COUNT);
  });

  it('has no entries before the first number', async () => {
    const plan = { format: 'json', apid: null, batteryCount: 1, seed: 7, epoch: 0 } as const;
    const flight = new Flight({ ...plan, faults: null, count: null }, 100, null, () => 0);

    for (const only of ['all', 'faults'] as const)
      expect((await read(flight.ledger(), only)).ledger.entries).toEqual([]);
  });
});
