import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { CONTACT_COMPLETED, CONTACT_STARTED } from '#common/contracts';
import { parseInstant } from '#common/domain';
import { envelope } from '#common/messaging';
import { batchOf } from '../archive/testing/batches.js';
import type { TelemetryArchive } from '../archive/telemetry-archive.port.js';
import type { Holdings } from './holdings.port.js';
import { Reception } from './reception.js';
import { fullReportOf } from './reception-report.js';
import type { ReceptionStore } from './reception-store.port.js';

const NOW = parseInstant('2030-01-01T00:00:00Z')!;

/** One process of an ingestor. */
export interface Member {
  readonly holdings: Holdings;
  readonly store: ReceptionStore;
  readonly archive: TelemetryArchive;
  /** As time does to a process that is dead. */
  readonly letLeaseRunOut: () => Promise<void>;
}

/** What every `Holdings` must do, together with the stores. Called with a way to empty all of them. */
export function describeHoldings(empty: () => Promise<(name: string) => Member>): void {
  describe('Holdings', () => {
    let member: (name: string) => Member;
    let one: Member;
    let two: Member;

    beforeEach(async () => {
      member = await empty();
      one = await enter('one');
      two = await enter('two');
    });

    async function enter(name: string): Promise<Member> {
      const entered = member(name);
      await entered.holdings.enter();
      return entered;
    }

    async function begin({ store }: Member): Promise<Reception> {
      const opening = {
        contactId: randomUUID(),
        fence: 1,
        shipName: 'USS Enterprise',
        plannedStart: NOW,
        plannedEnd: NOW + 60_000_000,
        startedAt: NOW,
        latenessMs: 0,
        stream: { format: 'ccsds' as const },
      };
      const shipId = await store.shipId(opening.shipName);
      const address = { port: 10_015, apid: 1 };
      const reception = Reception.open(opening, shipId, address);
      const progress = reception.progress();
      await store.begin({ opening, shipId, address, openedAt: NOW, progress });
      return reception;
    }

    async function beginMany(holder: Member, count: number): Promise<Reception[]> {
      const begun: Reception[] = [];
      while (begun.length < count) begun.push(await begin(holder));
      return begun;
    }

    async function receive(by: Member, reception: Reception, sequence: number): Promise<void> {
      await by.archive.store(batchOf(reception, { sequence, generatedAt: NOW + sequence }));
    }

    const heldBy = async ({ holdings }: Member): Promise<string[] | undefined> => {
      const held = await holdings.beat();
      return held ? [...held.keys()] : undefined;
    };
    const die = ({ letLeaseRunOut }: Member): Promise<void> => letLeaseRunOut();

    it('are what a process began and did not end', async () => {
      const { contactId } = await begin(one);

      expect(await heldBy(one)).toEqual([contactId]);
      expect(await heldBy(two)).toEqual([]);
      expect(await two.store.unfinished()).toEqual([]);
    });

    it('tell what was called off by way of another process', async () => {
      const { contactId } = await begin(one);
      const kept = await begin(one);
      await two.store.close({ contactId, fence: 1, closedAt: NOW, reason: 'enough' });

      expect(await one.holdings.beat()).toEqual(
        new Map([
          [contactId, true],
          [kept.contactId, false],
        ]),
      );
    });

    it('pass to another once the lease has run out, not before, and with all that was stored', async () => {
      const reception = await begin(one);
      await receive(one, reception, 1);
      expect(await two.holdings.adopt(10)).toEqual([]);

      await die(one);
      expect(await two.holdings.adopt(10)).toEqual([reception.contactId]);
      const [adopted] = await two.store.unfinished([reception.contactId]);
      expect(adopted!.good.ranges()).toEqual([[1, 1]]);
      expect(await two.store.unfinished([])).toEqual([]);
      expect(await heldBy(two)).toEqual([reception.contactId]);
      expect(await two.holdings.adopt(10)).toEqual([]);
    });

    it('stay with a process that was late and that nobody replaced', async () => {
      const { contactId } = await begin(one);
      await die(one);

      expect(await heldBy(one)).toEqual([contactId]);
      expect(await two.holdings.adopt(10)).toEqual([]);
    });

    it('that were lost can be changed by their new holder alone', async () => {
      const reception = await begin(one);
      await die(one);
      await two.holdings.adopt(10);
      const { contactId } = reception;
      const agreement = { eventKey: 'key', firstSequence: 1, streamAskedAt: NOW };
      const agreed = ({ store }: Member): Promise<boolean> =>
        store.agreed(contactId, 1, agreement, envelope(CONTACT_STARTED, {}));
      const facts = { state: 'completed' as const, endedAt: NOW, statement: null };
      const full = fullReportOf(reception, { ...facts, samplesStored: 0 });
      const message = envelope(CONTACT_COMPLETED, {});
      const progress = reception.progress();
      const ended = ({ store }: Member): Promise<boolean> =>
        store.end({ contactId, fence: 1, endedAt: NOW, progress, ...full, message });

      expect(await heldBy(one)).toEqual([]);
      expect(await one.store.moved(contactId, 1, { port: 41_000, apid: null })).toBe(false);
      await receive(one, reception, 7);
      expect(await two.store.unfinished()).toMatchObject([{ address: { port: 10_015 } }]);
      expect(await two.store.samplesStored(contactId)).toBe(0);
      const ship = await two.archive.shipWithLatest('USS Enterprise');
      expect(ship).toMatchObject({ samplesCount: 0, latest: [] });
      expect([await agreed(one), await agreed(two)]).toEqual([false, true]);
      expect([await ended(one), await ended(two)]).toEqual([false, true]);
    });

    it('are not taken by a process whose own lease has run out, nor by it from itself', async () => {
      await begin(one);
      await begin(two);
      for (const late of [one, two]) await die(late);

      expect(await two.holdings.adopt(10)).toEqual([]);
      await two.holdings.beat();
      expect(await two.holdings.adopt(10)).toHaveLength(1);
    });

    it('are shared out among those that live', async () => {
      await beginMany(one, 10);
      const three = await enter('three');
      await die(one);

      expect(await two.holdings.adopt(100)).toHaveLength(5);
      expect(await three.holdings.adopt(2)).toHaveLength(2);
      expect(await three.holdings.adopt(100)).toHaveLength(2);
    });

    it('are each taken once, by however many at once', async () => {
      const begun = await beginMany(one, 12);
      const others = [two, await enter('three'), await enter('four')];
      await die(one);
      const adopted: string[] = [];
      for (let round = 0; round < 12; round += 1) {
        const taken = await Promise.all(others.map(({ holdings }) => holdings.adopt(100)));
        adopted.push(...taken.flat());
      }

      expect(adopted.toSorted()).toEqual(begun.map(({ contactId }) => contactId).toSorted());
    });

    it('can be let go at once', async () => {
      await begin(one);
      await one.holdings.leave();

      expect(await two.holdings.adopt(10)).toHaveLength(1);
    });

    it('pass to the next process of the name without waiting, and the former one hears of it', async () => {
      const { contactId } = await begin(one);
      const next = await enter('one');

      expect(await heldBy(next)).toEqual([contactId]);
      expect(await next.store.unfinished()).toHaveLength(1);
      expect(await one.holdings.beat()).toBeNull();
      expect(await two.holdings.adopt(10)).toEqual([]);
    });
  });
}
