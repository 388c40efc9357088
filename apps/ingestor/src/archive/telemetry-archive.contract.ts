import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { parseInstant } from '#common/domain';
import { Reception } from '../receptions/reception.js';
import type { ReceptionStore } from '../receptions/reception-store.port.js';
import { SampleBatch } from './sample-batch.js';
import type { SampleQuery, TelemetryArchive } from './telemetry-archive.port.js';

const START = parseInstant('2030-01-01T00:00:00.000001Z')!;
const ALL: SampleQuery = { start: null, end: null, after: null, limit: 1_000 };

export interface ArchiveUnderTest {
  readonly archive: TelemetryArchive;
  readonly store: ReceptionStore;
}

/** What every `TelemetryArchive` must do. Called with a way to make empty ones. */
export function describeTelemetryArchive(make: () => Promise<ArchiveUnderTest>): void {
  describe('a TelemetryArchive', () => {
    let archive: TelemetryArchive;
    let store: ReceptionStore;
    let reception: Reception;

    beforeEach(async () => {
      ({ archive, store } = await make());
      reception = await begin('USS Enterprise');
    });

    async function begin(shipName: string, contactId: string = randomUUID()): Promise<Reception> {
      const shipId = await store.shipId(shipName);
      const opening = {
        contactId,
        fence: 1,
        shipName,
        plannedStart: START,
        plannedEnd: START + 60_000_000,
        startedAt: START,
        latenessMs: 0,
        stream: { format: 'ccsds' as const },
      };
      const opened = Reception.open(opening, shipId, { port: 10_015, apid: 1 });
      const progress = opened.progress();
      const address = opened.address;
      await store.begin({ opening, shipId, address, openedAt: 0, progress });
      return opened;
    }

    function batchOf(of: Reception, ...numbers: number[]): SampleBatch {
      const batch = new SampleBatch();
      for (const sequence of numbers) {
        of.account.takeNumbered(sequence, 39);
        const row = { generatedAt: START + sequence, sequence, battery: 3, receivedAtMs: sequence };
        const readings = { amperes: -1.5, celsius: 21.25, charge: 87.5 };
        batch.add(of, row, { mode: 'charging', volts: sequence + 0.5, ...readings });
      }
      return batch.seal();
    }

    const numbersOf = async (query: SampleQuery): Promise<number[]> =>
      (await archive.samples(reception.shipId, query)).map(({ sequence }) => sequence);

    it('gives back what it was given, to the microsecond', async () => {
      await archive.store(batchOf(reception, 1));

      expect(await archive.samples(reception.shipId, ALL)).toEqual([
        {
          contactId: reception.contactId,
          generatedAt: START + 1,
          sequence: 1,
          battery: 3,
          mode: 'charging',
          volts: 1.5,
          amperes: -1.5,
          celsius: 21.25,
          charge: 87.5,
          receivedAt: 1_000,
        },
      ]);
    });

    it('keeps null what a voltage alone does not say', async () => {
      const batch = new SampleBatch();
      const row = { generatedAt: START, sequence: 1, battery: 0, receivedAtMs: 5 };
      batch.add(reception, row, { volts: 1e300 });
      await archive.store(batch.seal());

      expect(await archive.samples(reception.shipId, ALL)).toEqual([
        expect.objectContaining({
          volts: 1e300,
          mode: null,
          amperes: null,
          celsius: null,
          charge: null,
        }),
      ]);
    });

    it('counts a batch that is stored twice once', async () => {
      const batch = batchOf(reception, 1, 2, 3);
      await archive.store(batch);
      await archive.store(batch);

      expect(await store.samplesStored(reception.contactId)).toBe(3);
      expect(await archive.ship('USS Enterprise')).toMatchObject({
        samplesCount: 3,
        firstSampleAt: START + 1,
        lastSampleAt: START + 3,
      });
    });

    it('stores the account that counts exactly its samples', async () => {
      await archive.store(batchOf(reception, 1, 2, 5));
      const [unfinished] = await store.unfinished();

      expect(unfinished!.progress.account).toMatchObject({ received: 3, good: 3 });
      expect(unfinished!.good.ranges()).toEqual([
        [1, 2],
        [5, 5],
      ]);
    });

    it('stores an account without samples', async () => {
      reception.account.corrupt(7, 39);
      const batch = new SampleBatch();
      batch.touch(reception);
      await archive.store(batch.seal());
      const [unfinished] = await store.unfinished();

      expect(unfinished!.progress.account).toMatchObject({ corrupt: 1, corruptClaims: [[7, 7]] });
    });

    it('keeps several receptions of one batch apart', async () => {
      const other = await begin('Voyager');
      const batch = new SampleBatch();
      const readings = { volts: 1 };
      const row = { generatedAt: START, sequence: 1, battery: 0, receivedAtMs: 1 };
      batch.add(reception, row, readings);
      batch.add(other, row, readings);
      batch.add(other, { ...row, sequence: 2 }, readings);
      await archive.store(batch.seal());

      expect(await archive.ships(null, 10)).toMatchObject([
        { name: 'USS Enterprise', samplesCount: 1 },
        { name: 'Voyager', samplesCount: 2 },
      ]);
      expect(await archive.ships('USS Enterprise', 10)).toMatchObject([{ name: 'Voyager' }]);
    });

    it('cuts a half-open range, and goes on after a place', async () => {
      await archive.store(batchOf(reception, 5, 3, 1, 2, 4));
      const [first] = await archive.samples(reception.shipId, { ...ALL, limit: 1 });

      expect(await numbersOf({ ...ALL, start: START + 2, end: START + 4 })).toEqual([2, 3]);
      expect(await numbersOf({ ...ALL, after: first!, limit: 2 })).toEqual([2, 3]);
    });

    it('knows the newest sample of each battery, whatever the order', async () => {
      await archive.store(batchOf(reception, 2, 9, 4));
      await archive.store(batchOf(reception, 7));

      expect(await archive.latest(reception.shipId)).toMatchObject([{ battery: 3, sequence: 9 }]);
    });

    it('knows no ship that never had a contact', async () => {
      expect(await archive.ship('Nobody')).toBeNull();
      expect(await archive.ship('\0')).toBeNull();
    });
  });
}
