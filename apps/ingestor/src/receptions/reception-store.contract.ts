import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { CONTACT_COMPLETED, CONTACT_STARTED, type MissingRange } from '#common/contracts';
import { parseInstant } from '#common/domain';
import { type Envelope, envelope } from '#common/messaging';
import { Reception } from './reception.js';
import { fullReportOf } from './reception-report.js';
import {
  CLOSINGS_KEPT_MICROS,
  type NewReception,
  type ReceptionClosing,
  type ReceptionEnd,
  type ReceptionStore,
} from './reception-store.port.js';

const NOW = parseInstant('2030-01-01T00:00:00.123456Z')!;

export interface StoreUnderTest {
  readonly store: ReceptionStore;
  readonly outbox: () => Promise<Envelope[]>;
}

/** What every `ReceptionStore` must do. Called with a way to make empty ones. */
export function describeReceptionStore(make: () => Promise<StoreUnderTest>): void {
  describe('a ReceptionStore', () => {
    let store: ReceptionStore;
    let outbox: StoreUnderTest['outbox'];
    let shipId: number;
    let reception: NewReception;

    beforeEach(async () => {
      ({ store, outbox } = await make());
      shipId = await store.shipId('USS Enterprise');
      reception = receptionOf(randomUUID(), 1);
    });

    function receptionOf(contactId: string, fence: number): NewReception {
      const opening = {
        contactId,
        fence,
        shipName: 'USS Enterprise',
        plannedStart: NOW,
        plannedEnd: NOW + 60_000_000,
        startedAt: NOW + 1_234,
        latenessMs: 1.234,
        stream: { format: 'ccsds' as const, interval: 0.01 },
      };
      const address = { port: 10_015, apid: 7 };
      const progress = Reception.open(opening, shipId, address).progress();
      return { opening, shipId, address, openedAt: NOW, progress };
    }

    const agreement = { eventKey: 'key', firstSequence: 1, streamAskedAt: NOW + 2_000 };
    const agree = (fence = 1): Promise<boolean> =>
      store.agreed(reception.opening.contactId, fence, agreement, envelope(CONTACT_STARTED, {}));

    const begin = async (one: NewReception): Promise<string> => (await store.begin(one)).outcome;

    function endOf({ opening }: NewReception): ReceptionEnd {
      const { contactId, fence } = opening;
      const facts = { state: 'completed' as const, endedAt: NOW, statement: null };
      const ended = Reception.open(opening, shipId, null);
      const full = fullReportOf(ended, { ...facts, samplesStored: 0 });
      const message = envelope(CONTACT_COMPLETED, { contact_id: contactId });
      return { contactId, fence, endedAt: NOW, progress: ended.progress(), ...full, message };
    }

    it('gives a ship one number for ever', async () => {
      expect(await store.shipId('USS Enterprise')).toBe(shipId);
      expect(await store.shipId('Voyager')).not.toBe(shipId);
    });

    it('begins a contact once per fence, and never with a lower one', async () => {
      const { contactId } = reception.opening;

      expect(await begin(receptionOf(contactId, 2))).toBe('begun');
      expect(await begin(receptionOf(contactId, 2))).toBe('known');
      expect(await begin(receptionOf(contactId, 1))).toBe('known');
      expect(await begin(receptionOf(contactId, 3))).toBe('begun');
    });

    it('begins many at one time, each for itself', async () => {
      const { contactId } = reception.opening;
      const others = Array.from({ length: 50 }, () => receptionOf(randomUUID(), 2));
      const off = others.slice(0, 2).map(({ opening }) => opening.contactId);
      for (const [at, id] of off.entries())
        await store.close({ contactId: id, fence: at + 1, closedAt: NOW, reason: 'enough' });
      const both = [reception, receptionOf(contactId, 1)];

      const begun = await Promise.all([...both, ...others].map(begin));
      expect(begun.slice(0, 2).toSorted()).toEqual(['begun', 'known']);
      expect(begun.slice(2)).toEqual([
        'begun',
        'called off',
        ...Array<string>(others.length - 2).fill('begun'),
      ]);
      expect(await store.unfinished()).toHaveLength(1 + others.length);
    });

    it('gives back what is unfinished', async () => {
      await store.begin(reception);
      await agree();
      const unfinished = await store.unfinished();

      expect(unfinished).toHaveLength(1);
      expect(unfinished[0]).toMatchObject({ ...reception, agreement });
      expect(unfinished[0]!.good.size).toBe(0);
    });

    it('says what time it is when it begins or gives back, by one clock that goes on', async () => {
      const shown: number[] = [];
      for (let fence = 1; fence <= 3; fence += 1) {
        const begun = await store.begin(receptionOf(reception.opening.contactId, fence));
        if (begun.outcome === 'begun') shown.push(begun.at);
        shown.push(...(await store.unfinished()).map(({ readAt }) => readAt));
      }

      expect(shown).toHaveLength(6);
      expect(shown.every((instant) => Number.isSafeInteger(instant) && instant > 0)).toBe(true);
      expect(shown).toEqual(shown.toSorted((a, b) => a - b));
    });

    it('notes a new address', async () => {
      await store.begin(reception);
      const { contactId } = reception.opening;
      expect(await store.moved(contactId, 1, { port: 41_000, apid: null })).toBe(true);
      expect(await store.moved(contactId, 2, { port: 41_001, apid: null })).toBe(false);

      expect((await store.unfinished())[0]!.address).toEqual({ port: 41_000, apid: null });
    });

    it('notes an agreement once, with its message', async () => {
      await store.begin(reception);

      expect(await agree(2)).toBe(false);
      expect(await agree()).toBe(true);
      expect(await agree()).toBe(true);
      const { contactId } = reception.opening;
      const other = { ...agreement, eventKey: 'other' };
      expect(await store.agreed(contactId, 1, other, envelope(CONTACT_STARTED, {}))).toBe(false);
      expect((await outbox()).map(({ type }) => type)).toEqual([CONTACT_STARTED]);
    });

    it('knows the stream of a contact, also when that has ended', async () => {
      const { contactId } = reception.opening;
      expect(await store.agreement(contactId)).toBeNull();
      await store.begin(reception);
      expect(await store.agreement(contactId)).toBeNull();
      await agree();
      expect(await store.agreement(contactId)).toEqual(agreement);
      await store.end(endOf(reception));
      expect(await store.agreement(contactId)).toEqual(agreement);
    });

    it('ends a contact once, with report and message', async () => {
      await store.begin(reception);
      const end = endOf(reception);

      expect(await store.end({ ...end, fence: 2 })).toBe(false);
      expect(await store.end(end)).toBe(true);
      expect(await store.end(end)).toBe(false);
      expect(await store.report(end.contactId)).toEqual(end.report);
      expect(await outbox()).toEqual([end.message]);
      expect(await store.unfinished()).toEqual([]);
      expect(await agree()).toBe(false);
    });

    it('keeps what a report does not list, of the last start that has ended', async () => {
      const end = endOf(reception);
      const { contactId } = end;
      const unlisted: MissingRange[] = [
        { from: 7, to: 7, cause: 'corrupt' },
        { from: 8, to: 4_294_967_295, cause: 'lost' },
      ];
      await store.begin(reception);
      expect(await store.fullReport(contactId)).toBeNull();
      await store.end({ ...end, unlisted });

      const first = (await store.fullReport(contactId))!;
      expect(first.report).toEqual(end.report);
      expect(first.unlisted).toHaveLength(unlisted.length);
      expect([...first.unlisted]).toEqual(unlisted);
      await store.begin(receptionOf(contactId, 2));
      await store.end({ ...endOf(reception), fence: 2 });
      const second = (await store.fullReport(contactId))!;
      expect([...second.unlisted]).toEqual([]);
    });

    it('begins anew with a higher fence, though it had ended', async () => {
      await store.begin(reception);
      await agree();
      await store.end(endOf(reception));
      await store.begin(receptionOf(reception.opening.contactId, 2));

      expect(await store.unfinished()).toMatchObject([{ opening: { fence: 2 }, agreement: null }]);
    });

    describe('called off', () => {
      const closing = (fence: number, closedAt = NOW): ReceptionClosing => {
        const { contactId } = reception.opening;
        return { contactId, fence, closedAt, reason: 'enough' };
      };
      const isClosed = (fence: number): Promise<boolean> =>
        store.isClosed(reception.opening.contactId, fence);
      const resumed = async (): Promise<boolean[]> =>
        (await store.unfinished()).map((unfinished) => unfinished.isClosed);

      it('is a reception that had begun, or begins afterwards, once or twice', async () => {
        await store.begin(reception);
        expect(await isClosed(1)).toBe(false);
        expect(await resumed()).toEqual([false]);
        for (let times = 0; times < 2; times += 1) await store.close(closing(1));
        expect(await isClosed(1)).toBe(true);
        expect(await resumed()).toEqual([true]);

        reception = receptionOf(randomUUID(), 1);
        for (let times = 0; times < 2; times += 1) await store.close(closing(1));
        expect(await isClosed(1)).toBe(true);
        for (let times = 0; times < 2; times += 1) await store.begin(reception);
        expect(await resumed()).toEqual([true, true]);
      });

      it('is a reception while it begins', async () => {
        const { contactId } = reception.opening;
        const both = [store.begin(reception), store.close(closing(1)), store.begin(reception)];
        await Promise.all([...both, store.close(closing(1))]);

        expect(await store.isClosed(contactId, 1)).toBe(true);
        expect(await resumed()).toEqual([true]);
      });

      it('is its fence and those below, not a higher one', async () => {
        await store.close(closing(2));
        await store.close(closing(1));

        expect([await isClosed(1), await isClosed(2), await isClosed(3)]).toEqual([
          true,
          true,
          false,
        ]);
        await store.begin(receptionOf(reception.opening.contactId, 3));
        expect(await resumed()).toEqual([false]);
      });

      it('is forgotten in time where nobody came for it', async () => {
        await store.close(closing(1));
        const later = NOW + CLOSINGS_KEPT_MICROS;
        await store.close({ ...closing(1, later), contactId: randomUUID() });
        expect(await isClosed(1)).toBe(true);
        await store.close({ ...closing(1, later + 1), contactId: randomUUID() });

        expect(await isClosed(1)).toBe(false);
      });

      it('stays so while its reception is unfinished', async () => {
        await store.begin(reception);
        await store.close(closing(1));
        const muchLater = NOW + 2 * CLOSINGS_KEPT_MICROS;
        await store.close({ ...closing(1, muchLater), contactId: randomUUID() });

        expect(await resumed()).toEqual([true]);
      });
    });

    it('has no report of what has not ended', async () => {
      await store.begin(reception);

      expect(await store.report(reception.opening.contactId)).toBeNull();
      expect(await store.samplesStored(reception.opening.contactId)).toBe(0);
    });
  });
}
