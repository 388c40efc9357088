import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { DomainError, formatInstant, type Instant } from '#common/domain';
import { insertOutbox } from '#common/persistence';
import type {
  Acknowledgement,
  Alarm,
  AlarmChange,
  AlarmRecord,
  AlarmState,
} from '../alarms/alarm.js';
import { type AlarmMerge, mergeAlarms, orphansCleared } from '../alarms/alarm-merge.js';
import { messageOf } from '../alarms/alarm-message.js';
import {
  type AcknowledgedAlarm,
  type AlarmQuery,
  AlarmStore,
  type KnownLimits,
} from '../alarms/alarm-store.port.js';
import {
  compareLimits,
  isLimited,
  LIMITS_MAX,
  LIMITS_PER_SHIP_MAX,
  limitsFull,
  type LimitKey,
  type ShipLimit,
} from '../alarms/ship-limit.js';
import {
  ALARM_COLUMNS,
  alarmJson,
  alarmOf,
  type AlarmRow,
  LIMIT_COLUMNS,
  limitOf,
  limitParameters,
  type LimitRow,
  WRITE_ALARMS,
} from './alarm-row.js';
import { INGESTOR_OUTBOX } from './typeorm-reception.store.js';

/** Some 10 ms of one transaction. */
const FORGOTTEN_AT_ONCE_MAX = 1_000;

const IS_IN_STATE: Record<AlarmState, string> = {
  open: 'cleared_at IS NULL AND acked_at IS NULL',
  acknowledged: 'cleared_at IS NULL AND acked_at IS NOT NULL',
  cleared: 'cleared_at IS NOT NULL',
};

@Injectable()
export class TypeOrmAlarmStore extends AlarmStore {
  constructor(@InjectDataSource('ingestor') private readonly source: DataSource) {
    super();
  }

  async limitsRevision(): Promise<number> {
    const [row] = (await this.source.query('SELECT revision FROM limit_changes')) as [
      { revision: string },
    ];
    return Number(row.revision);
  }

  async limits(): Promise<KnownLimits> {
    const rows = (await this.source.query(
      `SELECT revision, ${LIMIT_COLUMNS} FROM limit_changes LEFT JOIN limits ON true`,
    )) as ({ revision: string } & (LimitRow | { ship_name: null }))[];
    const limits = rows.flatMap((row) => (row.ship_name === null ? [] : [limitOf(row)]));
    return { revision: Number(rows[0]?.revision), limits };
  }

  limitsOf(shipName: string): Promise<ShipLimit[]> {
    return limitsOf(this.source.manager, [shipName]);
  }

  putLimit(limit: ShipLimit, at: Instant): Promise<AlarmChange[]> {
    return this.source.transaction(async (manager) => {
      await countChange(manager);
      const { shipName, field, battery } = limit;
      const [, count] = (await manager.query(
        `DELETE FROM limits WHERE ship_name = $1 AND field = $2 AND battery IS NOT DISTINCT FROM $3`,
        [shipName, field, battery],
      )) as [unknown, number];
      if (count === 0) await refuseIfFull(manager, shipName);
      await manager.query(
        `INSERT INTO limits (${LIMIT_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
        limitParameters(limit),
      );
      return clearOrphans(manager, shipName, at);
    });
  }

  removeLimit({ shipName, field, battery }: LimitKey, at: Instant): Promise<AlarmChange[] | null> {
    return this.source.transaction(async (manager) => {
      await countChange(manager);
      const [, count] = (await manager.query(
        `DELETE FROM limits WHERE ship_name = $1 AND field = $2 AND battery IS NOT DISTINCT FROM $3`,
        [shipName, field, battery],
      )) as [unknown, number];
      return count === 0 ? null : clearOrphans(manager, shipName, at);
    });
  }

  async save(records: readonly AlarmRecord[]): Promise<AlarmChange[]> {
    if (records.length === 0) return [];
    return this.source.transaction(async (manager) => {
      // No limit goes away meanwhile: its alarms would stay for ever.
      await manager.query('SELECT FROM limit_changes FOR SHARE');
      const shipNames = [...new Set(records.map(({ shipName }) => shipName))];
      const limits = await limitsOf(manager, shipNames);
      const known = await knownOf(manager, records);
      return write(
        manager,
        mergeAlarms(known, records, (series) => isLimited(limits, series)),
      );
    });
  }

  async openAlarms(shipNames: readonly string[]): Promise<Alarm[]> {
    return alarmsWhere(this.source.manager, 'cleared_at IS NULL AND ship_name = ANY ($1)', [
      shipNames,
    ]);
  }

  async alarms({ state, shipName, severity, before, limit }: AlarmQuery): Promise<Alarm[]> {
    const wanted = [
      '($1::text IS NULL OR ship_name = $1)',
      '($2::text IS NULL OR severity = $2)',
      '($3::bigint IS NULL OR position < $3)',
      ...(state === null ? [] : [IS_IN_STATE[state]]),
    ];
    return alarmsWhere(
      this.source.manager,
      `${wanted.join(' AND ')} ORDER BY position DESC LIMIT $4`,
      [shipName, severity, before, limit],
    );
  }

  async alarm(id: string): Promise<Alarm | null> {
    return (await alarmsWhere(this.source.manager, 'id = $1', [id]))[0] ?? null;
  }

  acknowledge(id: string, { by, at, comment }: Acknowledgement): Promise<AcknowledgedAlarm | null> {
    return this.source.transaction(async (manager) => {
      const [, count] = (await manager.query(
        `UPDATE alarms SET acked_by = $2, acked_at = $3, ack_comment = $4
         WHERE id = $1 AND acked_at IS NULL`,
        [id, by, formatInstant(at), comment],
      )) as [unknown, number];
      const [alarm] = await alarmsWhere(manager, 'id = $1', [id]);
      if (!alarm) return null;
      if (count > 0)
        await insertOutbox(manager, INGESTOR_OUTBOX, [messageOf({ event: 'acknowledged', alarm })]);
      return { alarm, isNew: count > 0 };
    });
  }

  async forgetCleared(keep: number): Promise<number> {
    const [, count] = (await this.source.query(
      `DELETE FROM alarms WHERE id IN (
         SELECT id FROM alarms WHERE cleared_at IS NOT NULL
         ORDER BY position DESC OFFSET $1 LIMIT $2)`,
      [keep, FORGOTTEN_AT_ONCE_MAX],
    )) as [unknown, number];
    return count;
  }
}

/** Who else changes a limit, or saves alarms, waits for the end of this transaction. */
const countChange = (manager: EntityManager): Promise<unknown> =>
  manager.query('UPDATE limit_changes SET revision = revision + 1');

async function refuseIfFull(manager: EntityManager, shipName: string): Promise<void> {
  const [counts] = (await manager.query(
    `SELECT count(*)::integer AS all, (count(*) FILTER (WHERE ship_name = $1))::integer AS own
     FROM limits`,
    [shipName],
  )) as [{ all: number; own: number }];
  if (counts.all >= LIMITS_MAX || counts.own >= LIMITS_PER_SHIP_MAX)
    throw new DomainError('LIMITS_FULL', limitsFull());
}

async function limitsOf(
  manager: EntityManager,
  shipNames: readonly string[],
): Promise<ShipLimit[]> {
  const rows = (await manager.query(
    `SELECT ${LIMIT_COLUMNS} FROM limits WHERE ship_name = ANY ($1)`,
    [shipNames],
  )) as LimitRow[];
  return rows.map(limitOf).toSorted(compareLimits);
}

async function clearOrphans(
  manager: EntityManager,
  shipName: string,
  at: Instant,
): Promise<AlarmChange[]> {
  const limits = await limitsOf(manager, [shipName]);
  const open = await alarmsWhere(
    manager,
    'cleared_at IS NULL AND ship_name = $1 ORDER BY position FOR UPDATE',
    [shipName],
  );
  return write(
    manager,
    orphansCleared(open, (series) => isLimited(limits, series), at),
  );
}

/** Those of the ids, and those of the series that are not over. */
function knownOf(manager: EntityManager, records: readonly AlarmRecord[]): Promise<Alarm[]> {
  return alarmsWhere(
    manager,
    `id = ANY ($1) OR id IN (
       SELECT open.id FROM alarms open
       JOIN unnest($2::text[], $3::text[], $4::text[], $5::integer[])
         AS given (ship_name, field, kind, battery)
         ON open.ship_name = given.ship_name AND open.field = given.field
           AND open.kind = given.kind
           AND coalesce(open.battery, -1) = coalesce(given.battery, -1)
       WHERE open.cleared_at IS NULL)
     ORDER BY position FOR UPDATE`,
    [
      records.map(({ id }) => id),
      records.map(({ shipName }) => shipName),
      records.map(({ field }) => field),
      records.map(({ kind }) => kind),
      records.map(({ battery }) => battery),
    ],
  );
}

async function alarmsWhere(
  manager: EntityManager,
  condition: string,
  parameters: readonly unknown[],
): Promise<Alarm[]> {
  const rows = (await manager.query(`SELECT ${ALARM_COLUMNS} FROM alarms WHERE ${condition}`, [
    ...parameters,
  ])) as AlarmRow[];
  return rows.map(alarmOf);
}

async function write(manager: EntityManager, merge: AlarmMerge): Promise<AlarmChange[]> {
  const { alarms, changes } = merge;
  if (alarms.length > 0) await manager.query(WRITE_ALARMS, [JSON.stringify(alarms.map(alarmJson))]);
  if (changes.length > 0) await insertOutbox(manager, INGESTOR_OUTBOX, changes.map(messageOf));
  return [...changes];
}
