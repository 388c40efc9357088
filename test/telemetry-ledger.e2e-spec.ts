import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Draws } from '../apps/spaceship/src/faults/draws.js';
import { fleets, FLIGHTS_PER_FLEET } from './support/fault-profiles.js';
import { FleetJudge, type JudgedContact, type Reaching } from './support/judged-fleet.js';
import { verdictOf } from './support/ledger-verdict.js';
import { reachingVerdictOf, straysOf } from './support/reaching-verdict.js';

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
  const judge = new FleetJudge();

  afterAll(() => judge.close());

  it(
    'equals the ledger of the ship, whatever went wrong on the way, and all that is good is in the archive',
    { timeout: DEADLINE_MS },
    async () => {
      await fc.assert(
        fc.asyncProperty(fleets, async (fleet) => {
          const { contacts, strays } = await judge.judge(fleet);
          expect(strays).toEqual({});
          for (const contact of contacts) {
            const { order, flown, report } = contact;
            expect(report).toMatchObject(verdictOf(order.format, order.batteryCount, flown));
            expect(storedPackets(contact)).toEqual(expectedPackets(contact));
          }
        }),
        { numRuns: Math.ceil(PROFILES / FLIGHTS_PER_FLEET), seed: SEED },
      );
    },
  );

  it(
    'says what was shed, and what the kernel dropped, and gives the rest its cause',
    { timeout: DEADLINE_MS },
    async () => {
      const reaching = (draws: Draws): Reaching => {
        const fate = draws.fraction();
        return fate < 0.1 ? 'shed' : fate < 0.2 ? 'dropped' : 'taken';
      };
      await fc.assert(
        fc.asyncProperty(fleets, async (fleet) => {
          const { contacts, strays } = await judge.judge(fleet, reaching);
          expect(strays['shed'] ?? 0).toBe(contacts.reduce((sum, one) => sum + straysOf(one), 0));
          for (const contact of contacts) {
            expect(contact.report).toMatchObject(reachingVerdictOf(contact));
            expect(storedPackets(contact)).toEqual(expectedPackets(contact));
          }
        }),
        { numRuns: Math.ceil(PROFILES / 5 / FLIGHTS_PER_FLEET), seed: SEED },
      );
    },
  );
});
