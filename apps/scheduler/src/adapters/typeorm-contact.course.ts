import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { CONTACT_MISSED, type ContactReport } from '#common/contracts';
import { formatInstant } from '#common/domain';
import { insertOutbox } from '#common/persistence';
import type { StoredContact } from '../contacts/contact-store.port.js';
import { ContactCourse, type ContactEnd, type DueContact } from '../starts/contact-course.port.js';
import { contactFailedOf, receptionOpenOf } from './contact-messages.js';
import {
  BY_INGESTOR,
  BY_SCHEDULER,
  changedContacts,
  CONTACT_COLUMNS,
  recordChange,
  SCHEDULER_OUTBOX,
} from './contact-row.js';

/** The course of contacts in PostgreSQL. `clock_timestamp()` is the only clock that decides. */
@Injectable()
export class TypeOrmContactCourse extends ContactCourse {
  constructor(@InjectDataSource('scheduler') private readonly source: DataSource) {
    super();
  }

  startDue(limit: number): Promise<string[]> {
    return this.source.transaction(async (manager) => {
      const started = await changedContacts(
        manager,
        `WITH due AS (
           SELECT id AS due_id FROM contacts
           WHERE state = 'scheduled' AND start_time <= clock_timestamp()
             AND planned_end > clock_timestamp()
           ORDER BY start_time LIMIT $1 FOR UPDATE SKIP LOCKED)
         UPDATE contacts
         SET state = 'starting', fence = fence + 1, started_at = clock_timestamp()
         FROM due WHERE id = due_id RETURNING ${CONTACT_COLUMNS}`,
        [limit],
      );
      const inOrder = started.toSorted((a, b) => a.startTime - b.startTime);
      await recordChange(manager, inOrder, null, BY_SCHEDULER);
      if (inOrder.length > 0)
        await insertOutbox(manager, SCHEDULER_OUTBOX, inOrder.map(receptionOpenOf));
      return inOrder.map(({ id }) => id);
    });
  }

  missPassed(limit: number, reason: string): Promise<number> {
    return this.#giveUp(
      `state = 'scheduled' AND planned_end <= clock_timestamp()`,
      `state = 'missed', end_reason = $2`,
      [limit, reason],
      (manager, missed) => recordChange(manager, missed, CONTACT_MISSED, BY_SCHEDULER),
    );
  }

  failUnreported(limit: number, graceMs: number, reason: string): Promise<number> {
    return this.#giveUp(
      `state IN ('starting', 'active')
         AND planned_end <= clock_timestamp() - $3 * interval '1 millisecond'`,
      `state = 'failed', fault = 'system', end_reason = $2`,
      [limit, reason, graceMs],
      async (manager, failed) => {
        await recordChange(manager, failed, null, BY_SCHEDULER);
        if (failed.length > 0)
          await insertOutbox(manager, SCHEDULER_OUTBOX, failed.map(contactFailedOf));
      },
    );
  }

  async dueWithin(horizonMs: number, limit: number): Promise<DueContact[]> {
    const rows = (await this.source.query(
      `SELECT id, revision, (extract(epoch FROM start_time) * 1000000)::bigint AS start_time
       FROM contacts c WHERE state = 'scheduled'
         AND c.start_time <= clock_timestamp() + $1 * interval '1 millisecond'
       ORDER BY c.start_time LIMIT $2`,
      [horizonMs, limit],
    )) as { id: string; revision: number; start_time: string }[];
    return rows.map(({ start_time, ...row }) => ({ ...row, startTime: Number(start_time) }));
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
        `UPDATE contacts SET state = $3, ended_at = $4, fault = $5, end_reason = $6, report = $7
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

  async revised(contactId: string, fence: number, report: ContactReport): Promise<boolean> {
    const revised = await changedContacts(
      this.source.manager,
      `UPDATE contacts SET report = $3
       WHERE id = $1 AND fence = $2 AND state IN ('completed', 'stopped', 'failed')
         AND coalesce((report->>'revision')::integer, 0) < $4
       RETURNING ${CONTACT_COLUMNS}`,
      [contactId, fence, JSON.stringify(report), report.revision],
    );
    return revised.length > 0;
  }

  #giveUp(
    condition: string,
    change: string,
    parameters: readonly unknown[],
    record: (manager: EntityManager, givenUp: readonly StoredContact[]) => Promise<void>,
  ): Promise<number> {
    return this.source.transaction(async (manager) => {
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
