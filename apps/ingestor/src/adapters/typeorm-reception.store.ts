import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { ContactReport } from '#common/contracts';
import { formatInstant, type Instant } from '#common/domain';
import type { Envelope } from '#common/messaging';
import { insertOutbox } from '#common/persistence';
import { IngestorIdentity } from '../receptions/ingestor-identity.js';
import {
  type Agreement,
  type Begun,
  CLOSINGS_KEPT_MAX,
  CLOSINGS_KEPT_MICROS,
  type EndedReception,
  type FullReport,
  type NewReception,
  type ReceptionAddress,
  type ReceptionClosing,
  type ReceptionEnd,
  ReceptionStore,
  type RecordedContact,
  type ReportRevision,
  type UnfinishedReception,
} from '../receptions/reception-store.port.js';
import { keptRanges, rangesKept } from './packed-ranges.js';
import { ReceptionBeginnings } from './reception-beginnings.js';
import { readAgreement, readEnded, readRecorded, readUnfinished } from './reception-reader.js';
import { reviseReport } from './report-revision.js';

/** Whose relay sends what this app writes into the outbox. */
export const INGESTOR_OUTBOX = 'ingestor';

@Injectable()
export class TypeOrmReceptionStore extends ReceptionStore {
  readonly #beginnings: ReceptionBeginnings;

  constructor(
    @InjectDataSource('ingestor') private readonly source: DataSource,
    private readonly identity: IngestorIdentity,
  ) {
    super();
    this.#beginnings = new ReceptionBeginnings(source, identity.process);
  }

  async shipId(name: string): Promise<number> {
    const known = await this.#knownShipId(name);
    if (known !== null) return known;
    await this.source.query('INSERT INTO ships (name) VALUES ($1) ON CONFLICT DO NOTHING', [name]);
    return (await this.#knownShipId(name))!;
  }

  begin(reception: NewReception): Promise<Begun> {
    return this.#beginnings.begin(reception);
  }

  async close({ contactId, fence, closedAt, reason }: ReceptionClosing): Promise<void> {
    await this.source.query(
      `INSERT INTO closings AS known (contact_id, fence, closed_at, reason) VALUES ($1, $2, $3, $4)
       ON CONFLICT (contact_id) DO UPDATE SET fence = excluded.fence,
         closed_at = excluded.closed_at, reason = excluded.reason
       WHERE known.fence < excluded.fence`,
      [contactId, fence, formatInstant(closedAt), reason],
    );
    await this.#forgetClosings(closedAt);
  }

  async isClosed(contactId: string, fence: number): Promise<boolean> {
    const rows = (await this.source.query(
      'SELECT FROM closings WHERE contact_id = $1 AND fence >= $2',
      [contactId, fence],
    )) as unknown[];
    return rows.length > 0;
  }

  async moved(contactId: string, fence: number, address: ReceptionAddress): Promise<boolean> {
    const [, count] = (await this.source.query(
      `UPDATE receptions SET port = $3, apid = $4
       WHERE contact_id = $1 AND fence = $2 AND holder = $5`,
      [contactId, fence, address.port, address.apid, this.identity.process],
    )) as [unknown, number];
    return count > 0;
  }

  agreed(
    contactId: string,
    fence: number,
    { eventKey, firstSequence, streamAskedAt }: Agreement,
    message: Envelope,
  ): Promise<boolean> {
    return this.source.transaction(async (manager) => {
      const [, count] = (await manager.query(
        `UPDATE receptions SET event_key = $3, first_sequence = $4, stream_asked_at = $5
         WHERE contact_id = $1 AND fence = $2 AND holder = $6 AND ended_at IS NULL
           AND event_key IS NULL`,
        [
          contactId,
          fence,
          eventKey,
          firstSequence,
          formatInstant(streamAskedAt),
          this.identity.process,
        ],
      )) as [unknown, number];
      if (count > 0) await insertOutbox(manager, INGESTOR_OUTBOX, [message]);
      // The answer to the first try may have been lost.
      return count > 0 || this.#hasAgreed(manager, contactId, eventKey);
    });
  }

  agreement(contactId: string): Promise<Agreement | null> {
    return readAgreement(this.source, contactId);
  }

  async samplesStored(contactId: string): Promise<number> {
    const rows = (await this.source.query(
      'SELECT samples_stored FROM receptions WHERE contact_id = $1',
      [contactId],
    )) as { samples_stored: string }[];
    return Number(rows[0]?.samples_stored ?? 0);
  }

  end(end: ReceptionEnd): Promise<boolean> {
    const { contactId, fence, endedAt, progress, report, unlisted, message } = end;
    return this.source.transaction(async (manager) => {
      const at = formatInstant(endedAt);
      const [, count] = (await manager.query(
        `UPDATE receptions SET ended_at = $3, progress = $5
         WHERE contact_id = $1 AND fence = $2 AND holder = $4 AND ended_at IS NULL`,
        [contactId, fence, at, this.identity.process, JSON.stringify(progress)],
      )) as [unknown, number];
      if (count === 0) return false;
      await manager.query(
        `INSERT INTO reports (contact_id, fence, report, ended_at, unlisted_ranges)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (contact_id) DO UPDATE SET fence = excluded.fence, report = excluded.report,
           ended_at = excluded.ended_at, unlisted_ranges = excluded.unlisted_ranges`,
        [contactId, fence, JSON.stringify(report), at, keptRanges(unlisted)],
      );
      await insertOutbox(manager, INGESTOR_OUTBOX, [message]);
      return true;
    });
  }

  unfinished(contactIds?: readonly string[]): Promise<UnfinishedReception[]> {
    const { process } = this.identity;
    if (!contactIds) return readUnfinished(this.source, 'holder = $1', [process]);
    const isAskedFor = 'holder = $1 AND r.contact_id = ANY ($2::uuid[])';
    return readUnfinished(this.source, isAskedFor, [process, contactIds]);
  }

  async report(contactId: string): Promise<ContactReport | null> {
    const rows = (await this.source.query('SELECT report FROM reports WHERE contact_id = $1', [
      contactId,
    ])) as { report: ContactReport }[];
    return rows[0]?.report ?? null;
  }

  async fullReport(contactId: string): Promise<FullReport | null> {
    const rows = (await this.source.query(
      'SELECT report, unlisted_ranges FROM reports WHERE contact_id = $1',
      [contactId],
    )) as { report: ContactReport; unlisted_ranges: Buffer | null }[];
    const [row] = rows;
    return row ? { report: row.report, unlisted: rangesKept(row.unlisted_ranges) } : null;
  }

  recorded(contactId: string): Promise<RecordedContact | null> {
    return readRecorded(this.source, contactId);
  }

  ended(contactId: string): Promise<EndedReception | 'open' | null> {
    return readEnded(this.source, contactId);
  }

  revise(revision: ReportRevision): Promise<boolean> {
    return this.source.transaction(async (manager) => {
      const isRevised = await reviseReport(manager, this.identity.process, revision);
      if (isRevised) await insertOutbox(manager, INGESTOR_OUTBOX, [revision.message]);
      return isRevised;
    });
  }

  async #hasAgreed(manager: EntityManager, contactId: string, eventKey: string): Promise<boolean> {
    const rows = (await manager.query(
      'SELECT FROM receptions WHERE contact_id = $1 AND event_key = $2 AND holder = $3',
      [contactId, eventKey, this.identity.process],
    )) as unknown[];
    return rows.length > 0;
  }

  async #forgetClosings(now: Instant): Promise<void> {
    await this.source.query(
      `DELETE FROM closings c
       WHERE (closed_at < $1
           OR closed_at < (SELECT closed_at FROM closings ORDER BY closed_at DESC OFFSET $2 LIMIT 1))
         AND NOT EXISTS (SELECT FROM receptions r
                         WHERE r.contact_id = c.contact_id AND r.ended_at IS NULL)`,
      [formatInstant(now - CLOSINGS_KEPT_MICROS), CLOSINGS_KEPT_MAX - 1],
    );
  }

  async #knownShipId(name: string): Promise<number | null> {
    const rows = (await this.source.query('SELECT id FROM ships WHERE name = $1', [name])) as {
      id: number;
    }[];
    return rows[0]?.id ?? null;
  }
}
