import { randomUUID } from 'node:crypto';
import { type Instant, MICROS_PER_SECOND, parseInstant } from '#common/domain';
import type { AlarmRecord } from '../alarm.js';
import type { Limit } from '../limit.js';
import type { LimitKey, ShipLimit } from '../ship-limit.js';

export const SHIP = 'USS Enterprise';
export const NOW = parseInstant('2030-01-01T00:00:00.123456Z')!;

export const after = (seconds: number): Instant => NOW + seconds * MICROS_PER_SECOND;

export const VOLTS: Limit = {
  warning: { low: 22, high: 30 },
  critical: { low: 20, high: null },
  persistenceSeconds: 0,
  hysteresis: 0.5,
  staleAfterSeconds: 5,
};

export const shipLimit = (
  change: Partial<LimitKey & { limit: Partial<Limit> }> = {},
): ShipLimit => {
  const { limit, ...key } = change;
  return { shipName: SHIP, field: 'volts', battery: null, ...key, limit: { ...VOLTS, ...limit } };
};

export const alarmOf = (change: Partial<AlarmRecord> = {}): AlarmRecord => ({
  id: randomUUID(),
  shipName: SHIP,
  field: 'volts',
  battery: 0,
  kind: 'limit',
  severity: 'warning',
  value: 21.5,
  limit: 22,
  raisedAt: NOW,
  worst: { value: 21.5, at: NOW },
  changedAt: NOW,
  clearedAt: null,
  contactId: randomUUID(),
  version: 1,
  ...change,
});
