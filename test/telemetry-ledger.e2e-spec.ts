import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fleets } from './support/fault-profiles.js';
import { type JudgedContact, JudgedFleet } from './support/judged-fleet.js';
import { verdictOf } from './support/ledger-verdict.js';

/** `TELEMETRY_PROFILES=20000` takes some minutes; `TELEMETRY_SEED` chooses which ones. */
const PROFILES = Number(process.env['TELEMETRY_PROFILES'] ?? 1_000);
const SEED = Number(process.env['TELEMETRY_SEED'] ?? 1);
const DEADLINE_MS = 120_000 + 200 * PROFILES;

/** What must be in the archive: each number once, texts as often as they came. */
function expectedPackets({ order, arrivals }: JudgedContact): string[] {
  const good = arrivals
    .filter(({ how, datagram }) => how === 'taken' && !datagram.isCorrupted)
    .flatMap(({ datagram: { number, bytes } }) => (number === null ? [] : [{ number, bytes }]));
  if (order.format === 'json')
    return good.map(({ bytes }, at) => `${at + 1} ${bytes.toString('hex')}`).toSorted();
  const byNumber = new Map(good.map(({ number, bytes }) => [number, bytes]));
  return [...byNumber].map(([number, bytes]) => `${number} ${bytes.toString('hex')}`).toSorted();
}

const storedPackets = ({ stored }: JudgedContact): string[] =>
  stored.map(({ sequence, packet }) => `${sequence} ${packet.toString('hex')}`).toSorted();

describe('the report of a contact', () => {
  it(
    'equals the ledger of the ship, whatever went wrong on the way, and the archive has every good packet',
    { timeout: DEADLINE_MS },
    async () => {
      let judged = 0;
      await fc.assert(
        fc.asyncProperty(fleets, async (fleet) => {
          const { contacts, strays } = await JudgedFleet.judge(fleet);
          expect(strays).toEqual({});
          for (const contact of contacts) {
            const { order, flown, report } = contact;
            expect(report).toMatchObject(verdictOf(order.format, order.batteryCount, flown));
            expect(storedPackets(contact)).toEqual(expectedPackets(contact));
          }
          judged += contacts.length;
        }),
        { numRuns: PROFILES, seed: SEED },
      );
      expect(judged).toBeGreaterThanOrEqual(PROFILES);
    },
  );
});
