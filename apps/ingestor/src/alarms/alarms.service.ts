import { Injectable } from '@nestjs/common';
import { DomainError, formatInstant, MICROS_PER_MILLISECOND } from '#common/domain';
import { Clock, decodeCursor, type Page, pageOf } from '#common/platform';
import type { Alarm } from './alarm.js';
import type { AcknowledgeDto, AlarmsQueryDto } from './alarm.dto.js';
import { AlarmStore } from './alarm-store.port.js';
import { AlarmTeller } from './alarm-teller.js';

/** The list of alarms, and what people do about it. */
@Injectable()
export class AlarmsService {
  constructor(
    private readonly store: AlarmStore,
    private readonly teller: AlarmTeller,
    private readonly clock: Clock,
  ) {}

  async page({ state, ship, severity, limit, cursor }: AlarmsQueryDto): Promise<Page<Alarm>> {
    const found = await this.store.alarms({
      state: state ?? null,
      shipName: ship ?? null,
      severity: severity ?? null,
      before: cursor === undefined ? null : decodeCursor(cursor, isPosition)[0],
      limit: limit + 1,
    });
    return pageOf(found, limit, ({ position }) => [position]);
  }

  /** @throws {DomainError} ALARM_NOT_FOUND */
  async get(id: string): Promise<Alarm> {
    return (await this.store.alarm(id)) ?? notFound(id);
  }

  /**
   * Again by the same one it changes nothing: the first comment stays.
   * @throws {DomainError} ALARM_NOT_FOUND; ALARM_ACKNOWLEDGED by somebody else
   */
  async acknowledge(id: string, { by, comment = null }: AcknowledgeDto): Promise<Alarm> {
    const at = this.clock.nowMs() * MICROS_PER_MILLISECOND;
    const found = await this.store.acknowledge(id, { by, at, comment });
    if (found === null) return notFound(id);
    const { alarm, isNew } = found;
    if (isNew) this.teller.tell([{ event: 'acknowledged', alarm }]);
    const first = alarm.acknowledged;
    if (first === null || first.by === by) return alarm;
    const when = formatInstant(first.at);
    throw new DomainError('ALARM_ACKNOWLEDGED', `${first.by} acknowledged it at ${when}.`);
  }
}

function notFound(id: string): never {
  throw new DomainError('ALARM_NOT_FOUND', `There is no alarm ${id}.`);
}

const isPosition = (value: readonly unknown[]): value is readonly [number] =>
  value.length === 1 && Number.isSafeInteger(value[0]) && Number(value[0]) > 0;
