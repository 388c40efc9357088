import { Injectable } from '@nestjs/common';
import { isText } from '#common/contracts';
import { DomainError, type Instant, MICROS_PER_MILLISECOND } from '#common/domain';
import { Clock, ValidationException } from '#common/platform';
import { AlarmStore } from './alarm-store.port.js';
import { AlarmTeller } from './alarm-teller.js';
import { AlarmWatch } from './alarm-watch.js';
import { NumericFields } from './numeric-fields.js';
import type { LimitKey, ShipLimit } from './ship-limit.js';

const SHIP_NAME_CHARS_MAX = 128;

/** What values may be. A ship may have limits before we ever hear of it. */
@Injectable()
export class LimitsService {
  constructor(
    private readonly store: AlarmStore,
    private readonly fields: NumericFields,
    private readonly watch: AlarmWatch,
    private readonly teller: AlarmTeller,
    private readonly clock: Clock,
  ) {}

  limitsOf(shipName: string): Promise<ShipLimit[]> {
    checkShipName(shipName);
    return this.store.limitsOf(shipName);
  }

  /** Done when it holds in this process. @throws {DomainError} LIMITS_FULL */
  async put(limit: ShipLimit): Promise<ShipLimit> {
    checkShipName(limit.shipName);
    this.fields.check(limit.field);
    this.teller.tell(await this.store.putLimit(limit, this.#now));
    await this.watch.refresh();
    return limit;
  }

  /** @throws {DomainError} LIMIT_NOT_FOUND */
  async remove(key: LimitKey): Promise<void> {
    checkShipName(key.shipName);
    const changes = isText(key.field, 1, FIELD_CHARS_MAX)
      ? await this.store.removeLimit(key, this.#now)
      : null;
    if (changes === null) throw new DomainError('LIMIT_NOT_FOUND', 'There is no such limit.');
    this.teller.tell(changes);
    await this.watch.refresh();
  }

  get #now(): Instant {
    return this.clock.nowMs() * MICROS_PER_MILLISECOND;
  }
}

/** A field may have gone with its packet definition: its limits can be removed all the same. */
const FIELD_CHARS_MAX = 1_000;

function checkShipName(name: string): void {
  if (isText(name, 1, SHIP_NAME_CHARS_MAX)) return;
  const message = `name must be text of 1 to ${SHIP_NAME_CHARS_MAX} characters, without NUL`;
  throw new ValidationException([{ field: 'name', message }]);
}
