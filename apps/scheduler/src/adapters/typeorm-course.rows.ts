import type { DataSource, EntityManager } from 'typeorm';
import { CONTACT_MISSED, type ContactReport } from '#common/contracts';
import { formatInstant } from '#common/domain';
import { insertOutbox, runPrepared } from '#common/persistence';
import type { StoredContact } from '../contacts/contact-store.port.js';
import type { ContactEnd, DueContact } from '../starts/contact-course.port.js';
import { changing } from './changing.js';
import { contactFailedOf, type StartedContact } from './contact-messages.js';
import {
  BY_INGESTOR,
  BY_SCHEDULER,
  changedContacts,
  CONTACT_COLUMNS,
  recordChange,
  SCHEDULER_OUTBOX,
} from './contact-row.js';
import { CourseRows } from './course-rows.port.js';
import { type BegunRow, startedOf } from './typeorm-begun.store.js';
import {
  BEGIN_DUE,
  BEGIN_THESE,
  CLAIM_DUE,
  FORGET_VOID_CLAIMS,
  RELEASE_CLAIMS,
} from './start-statement.js';

interface DueRow {
  readonly id: string;
  readonly revision: number;
  readonly start_time: string;
}

/** So long a contact is left to the scheduler that has claimed it; then anybody starts it. */
const CLAIM_RESPECTED_MS = 1_000;
/** Prolonged with each look; who misses two of them may be dead. */
const CLAIM_LEASE_MS = 1_500;
/** Every so many looks, claims without a use are removed. */
const LOOKS_PER_CLEARING = 20;

/** In PostgreSQL. `clock_timestamp()` is the only clock that decides. */
export class TypeOrmCourseRows extends CourseRows {
  #lookCount = 0;

  /** @param starter whose claims and starts these are */
  constructor(
    private readonly source: DataSource,
    private readonly starter: string,
  ) {
    super();
  }

  async claimDue(horizonMs: number, limit: number): Promise<DueContact[]> {
    this.#lookCount += 1;
    if (this.#lookCount % LOOKS_PER_CLEARING === 0)
      await runPrepared(this.source, 'forget-void-claims', FORGET_VOID_CLAIMS, []);
    const claimed = await runPrepared<DueRow>(this.source, 'claim-due', CLAIM_DUE, [
      this.starter,
      String(CLAIM_LEASE_MS),
      String(horizonMs),
      String(limit),
    ]);
    return claimed.map(dueContactOf);
  }

  async releaseClaims(): Promise<void> {
    await runPrepared(this.source, 'release-claims', RELEASE_CLAIMS, [this.starter]);
  }

  begin(contactIds: readonly string[]): Promise<StartedContact[]> {
    return this.#begin('begin-these', BEGIN_THESE, [this.starter, `{${contactIds.join(',')}}`]);
  }

  beginDue(limit: number): Promise<StartedContact[]> {
    const values = [this.starter, String(limit), String(CLAIM_RESPECTED_MS)];
    return this.#begin('begin-due', BEGIN_DUE, values);
  }

  missPassed(limit: number, reason: string): Promise<number> {
    return this.#giveUp(
      `state = 'scheduled' AND start_time <= (SELECT clock_timestamp())
         AND planned_end <= clock_timestamp()
         AND NOT EXISTS (SELECT FROM begun_contacts WHERE contact_id = id)`,
      `state = 'missed', end_reason = $2`,
      [limit, reason],
      (manager, missed) => recordChange(manager, missed, CONTACT_MISSED, BY_SCHEDULER),
    );
  }

  failUnreported(limit: number, graceMs: number, reason: string): Promise<number> {
    return this.#giveUp(
      `state IN ('starting', 'active')
         AND planned_end <= (SELECT clock_timestamp() - $3 * interval '1 millisecond')`,
      `state = 'failed', fault = 'system', end_reason = $2`,
      [limit, reason, graceMs],
      async (manager, failed) => {
        await recordChange(manager, failed, null, BY_SCHEDULER);
        if (failed.length > 0)
          await insertOutbox(manager, SCHEDULER_OUTBOX, failed.map(contactFailedOf));
      },
    );
  }

  async dueWithin(
    horizonMs: number,
    limit: number,
    after: DueContact | null = null,
  ): Promise<DueContact[]> {
    const rows = (await this.source.query(
      `SELECT id, revision, (extract(epoch FROM start_time) * 1000000)::bigint AS start_time
       FROM contacts c WHERE state = 'scheduled'
         AND c.start_time <= (SELECT clock_timestamp() + $1 * interval '1 millisecond')
         AND ($3::timestamptz IS NULL OR (c.start_time, c.id) > ($3::timestamptz, $4::uuid))
       ORDER BY c.start_time, c.id LIMIT $2`,
      [horizonMs, limit, after && formatInstant(after.startTime), after && after.id],
    )) as DueRow[];
    return rows.map(dueContactOf);
  }

  async revised(contactId: string, fence: number, report: ContactReport): Promise<boolean> {
    const revised = await changedContacts(
      this.source.manager,
      `UPDATE contacts SET report = $3
       WHERE id = $1 AND fence = $2
         AND state IN ('starting', 'active', 'completed', 'stopped', 'failed')
         AND coalesce((report->>'revision')::integer, 0) < $4
       RETURNING ${CONTACT_COLUMNS}`,
      [contactId, fence, JSON.stringify(report), report.revision],
    );
    return revised.length > 0;
  }

  async #begin(name: string, sql: string, values: readonly string[]): Promise<StartedContact[]> {
    return (await runPrepared<BegunRow>(this.source, name, sql, values)).map(startedOf);
  }

  began(contactId: string, fence: number): Promise<boolean> {
    return this.source.transaction(async (manager) => {
      const began = await changedContacts(
        manager,
        `UPDATE contacts SET state = 'active'
         WHERE id = $1 AND fence = $2 AND state = 'starting' RETURNING ${CONTACT_COLUMNS}`,
        [contactId, fence],
      );
      await recordChange(manager, began, null, BY_INGESTOR);
      return began.length > 0;
    });
  }

  ended(end: ContactEnd): Promise<boolean> {
    return this.source.transaction(async (manager) => {
      const report = end.report && JSON.stringify(end.report);
      const ended = await changedContacts(
        manager,
        `UPDATE contacts SET state = $3, ended_at = $4, fault = $5, end_reason = $6,
                report = CASE WHEN (report->>'revision')::integer
                    > coalesce(($7::json->>'revision')::integer, 0)
                  THEN report ELSE $7::json END
         WHERE id = $1 AND fence = $2 AND state IN ('starting', 'active')
         RETURNING ${CONTACT_COLUMNS}`,
        [
          end.contactId,
          end.fence,
          end.state,
          formatInstant(end.endedAt),
          end.fault,
          end.reason,
          report,
        ],
      );
      await recordChange(manager, ended, null, BY_INGESTOR);
      if (ended.length > 0) return true;
      // It was stopped, or given up, before its receiver could tell: the account still belongs to it.
      const accounted = await changedContacts(
        manager,
        `UPDATE contacts SET report = $3
         WHERE id = $1 AND fence = $2 AND state IN ('stopped', 'failed') AND report IS NULL
           AND $3::json IS NOT NULL
         RETURNING ${CONTACT_COLUMNS}`,
        [end.contactId, end.fence, report],
      );
      return accounted.length > 0;
    });
  }

  #giveUp(
    condition: string,
    change: string,
    parameters: readonly unknown[],
    record: (manager: EntityManager, givenUp: readonly StoredContact[]) => Promise<void>,
  ): Promise<number> {
    return changing(this.source, async (manager) => {
      const givenUp = await changedContacts(
        manager,
        `WITH passed AS (
           SELECT id AS passed_id FROM contacts WHERE ${condition}
           ORDER BY planned_end LIMIT $1 FOR UPDATE SKIP LOCKED)
         UPDATE contacts SET ${change}, ended_at = clock_timestamp()
         FROM passed WHERE id = passed_id RETURNING ${CONTACT_COLUMNS}`,
        parameters,
      );
      await record(manager, givenUp);
      return givenUp.length;
    });
  }
}

const dueContactOf = ({ start_time, ...row }: DueRow): DueContact => ({
  ...row,
  startTime: Number(start_time),
});
