import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { CONTACT_COMPLETED, CONTACT_REPORT_REVISED, type MissingRange } from '#common/contracts';
import { type Envelope, envelope } from '#common/messaging';
import { ALL, packets, START } from '../archive/testing/archive-under-test.js';
import { batchOf } from '../archive/testing/batches.js';
import type { TelemetryArchive } from '../archive/telemetry-archive.port.js';
import { Reception } from './reception.js';
import { fullReportOf } from './reception-report.js';
import type {
  EndedReception,
  FullReport,
  ReceptionStore,
  ReportRevision,
} from './reception-store.port.js';

const SHIP = 'USS Enterprise';
const STATEMENT = { firstSequence: 1, lastSequence: 9, sent: 9 };

interface Process {
  readonly store: ReceptionStore;
  readonly archive: TelemetryArchive;
}

export interface RevisionsUnderTest {
  /** One of several on the same data. */
  readonly process: (name: string) => Process;
  /** What was put into it since it was asked last, or since the start. */
  readonly outbox: () => Promise<Envelope[]>;
}

/** What stores must do for data that comes when its contact has ended, with another holder. */
export function describeReportRevisions(make: () => Promise<RevisionsUnderTest>): void {
  describe('a report', () => {
    let one: Process;
    let two: Process;
    let outbox: RevisionsUnderTest['outbox'];
    let reception: Reception;

    beforeEach(async () => {
      const under = await make();
      ({ outbox } = under);
      [one, two] = [under.process('one'), under.process('two')];
      reception = await begin(1);
    });

    async function begin(fence: number, contactId: string = randomUUID()): Promise<Reception> {
      const shipId = await two.store.shipId(SHIP);
      const opening = {
        contactId,
        fence,
        shipName: SHIP,
        plannedStart: START,
        plannedEnd: START + 60_000_000,
        startedAt: START,
        latenessMs: 0,
        stream: { format: 'ccsds' as const },
      };
      const address = { port: 10_015, apid: 1 };
      const begun = Reception.open(opening, shipId, address);
      const progress = begun.progress();
      await two.store.begin({ opening, shipId, address, openedAt: START, progress });
      return begun;
    }

    async function end(change: Partial<FullReport> = {}): Promise<void> {
      const { contactId, opening } = reception;
      reception.account.dropInKernel(1);
      const facts = { state: 'completed' as const, endedAt: START, statement: STATEMENT };
      const full = fullReportOf(reception, { ...facts, samplesStored: 2 });
      const message = envelope(CONTACT_COMPLETED, {});
      const ended = { contactId, fence: opening.fence, endedAt: START, ...full, message };
      await two.store.end({ ...ended, progress: reception.progress(), ...change });
    }

    const ended = async (): Promise<EndedReception> =>
      (await one.store.ended(reception.contactId)) as EndedReception;

    function revisionOf(known: EndedReception, ...numbers: readonly number[]): ReportRevision {
      const restored = Reception.restore(known);
      const batch = batchOf(restored, ...packets(...numbers));
      const facts = { state: 'completed' as const, endedAt: START, statement: STATEMENT };
      const samplesStored = known.samplesStored + numbers.length;
      const revision = known.report.revision + 1;
      const full = fullReportOf(restored, { ...facts, samplesStored, revision });
      const message = envelope(CONTACT_REPORT_REVISED, { revision });
      return { lastBlock: known.lastBlock, batch, ...full, message };
    }

    it('is of nobody who is not known, and of nothing that goes on', async () => {
      expect(await one.store.ended(randomUUID())).toBeNull();
      expect(await one.store.ended(reception.contactId)).toBe('open');
    });

    it('is there with what its packets do not say', async () => {
      const { opening, shipId, contactId } = reception;
      expect(await one.store.recorded(contactId)).toBeNull();
      await end();
      const { report, unlisted = [] } = (await one.store.fullReport(contactId)) ?? {};
      const recorded = { report, unlisted, isForeign: false, neverSent: [] };
      expect(await one.store.recorded(contactId)).toEqual(recorded);

      const again = { ...opening, contactId: randomUUID() };
      reception = Reception.openForeign(again, shipId, null, new Set());
      const progress = reception.progress();
      await two.store.begin({ opening: again, shipId, address: null, openedAt: START, progress });
      reception.account.skip(3, 5);
      reception.account.skip(8, 8);
      await end();
      const neverSent = [
        [3, 5],
        [8, 8],
      ];
      const foreign = await one.store.recorded(reception.contactId);
      expect(foreign).toMatchObject({ isForeign: true, neverSent });
    });

    it('is there with all that a new one is made of, whoever held it', async () => {
      await two.archive.store(batchOf(reception, ...packets(1, 2)));
      await end();

      const known = await ended();
      expect(known).toMatchObject({
        opening: reception.opening,
        shipId: reception.shipId,
        lastBlock: 1,
        samplesStored: 2,
        progress: { account: { good: 2, kernelDropped: 1 } },
        report: { revision: 1, numbers: { missing: 7 } },
      });
      expect(known.good.ranges()).toEqual([[1, 2]]);
    });

    it('is made anew with what came late, and told of, at once', async () => {
      await two.archive.store(batchOf(reception, ...packets(1, 2)));
      await end();
      await outbox();
      const revision = revisionOf(await ended(), 5, 6, 7);

      expect(await one.store.revise(revision)).toBe(true);
      const { contactId, shipId } = reception;
      expect(await two.store.report(contactId)).toEqual(revision.report);
      expect(revision.report).toMatchObject({ revision: 2, numbers: { good: 5, missing: 4 } });
      expect((await outbox()).at(-1)).toEqual(revision.message);
      const known = await ended();
      expect(known).toMatchObject({ lastBlock: 2, samplesStored: 5 });
      expect(known.good.ranges()).toEqual([
        [1, 2],
        [5, 7],
      ]);
      expect(known.progress.account).toMatchObject({ good: 5, kernelDropped: 1 });
      const ship = await one.archive.shipWithLatest(SHIP);
      expect(ship).toMatchObject({ samplesCount: 5, latest: [{ sequence: 7 }] });
      const blocks = [];
      for await (const block of one.archive.blocks(shipId, ALL)) blocks.push(block);
      expect(blocks).toMatchObject([{ number: 1 }, { number: 2, numbers: [[5, 7]] }]);
    });

    it('has the unlisted ranges of its own revision', async () => {
      const lost = (from: number): MissingRange => ({ from, to: from + 1, cause: 'lost' });
      await end({ unlisted: [lost(4), lost(6), lost(8)] });
      const [of, another] = [await ended(), await ended()];
      const revision = { ...revisionOf(of, 6, 7), unlisted: [lost(4), lost(8)] };
      const full = async (): Promise<unknown[]> => {
        const { report, unlisted } = (await two.store.fullReport(reception.contactId))!;
        return [report.revision, ...unlisted];
      };

      expect(await full()).toEqual([1, lost(4), lost(6), lost(8)]);
      expect(await one.store.revise(revision)).toBe(true);
      expect(await full()).toEqual([2, lost(4), lost(8)]);
      expect(await one.store.revise(revisionOf(another, 4, 5))).toBe(false);
      expect(await full()).toEqual([2, lost(4), lost(8)]);
      expect(await one.store.revise(revisionOf(await ended(), 4, 5, 8, 9))).toBe(true);
      expect(await full()).toEqual([3]);
    });

    it('counts what comes twice once', async () => {
      await end();
      await outbox();
      const revision = revisionOf(await ended(), 5);

      expect(await one.store.revise(revision)).toBe(true);
      expect(await one.store.revise(revision)).toBe(false);
      expect(await two.store.revise(revision)).toBe(false);
      expect(await ended()).toMatchObject({ samplesStored: 1, report: { revision: 2 } });
      expect(await one.archive.ship(SHIP)).toMatchObject({ samplesCount: 1 });
    });

    it('has one revision of two that were made at a time', async () => {
      await end();
      const known = await ended();
      const both = [revisionOf(known, 5), revisionOf(await ended(), 6)];
      const revised = await Promise.all([one.store.revise(both[0]!), two.store.revise(both[1]!)]);

      expect(revised.toSorted()).toEqual([false, true]);
      expect(await ended()).toMatchObject({ samplesStored: 1, report: { revision: 2 } });
    });

    it('is no more of a contact that was started again', async () => {
      await end();
      const revision = revisionOf(await ended(), 5);
      await begin(2, reception.contactId);

      expect(await one.store.revise(revision)).toBe(false);
      expect(await one.store.ended(reception.contactId)).toBe('open');
      expect(await two.store.unfinished()).toMatchObject([{ lastBlock: 0, good: { size: 0 } }]);
      expect(await one.archive.ship(SHIP)).toMatchObject({ samplesCount: 0 });
    });

    it('stays ended, and its holder the same', async () => {
      await end();
      await one.store.revise(revisionOf(await ended(), 5));

      for (const { store } of [one, two]) expect(await store.unfinished()).toEqual([]);
      const late = batchOf(Reception.restore(await ended()), ...packets(6));
      for (const { archive } of [one, two])
        expect(await archive.store(late)).toEqual(late.receptions);
      expect(await ended()).toMatchObject({ samplesStored: 1 });
    });
  });
}
