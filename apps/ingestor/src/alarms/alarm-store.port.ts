import type { Instant } from '#common/domain';
import type {
  Acknowledgement,
  Alarm,
  AlarmChange,
  AlarmRecord,
  AlarmSeverity,
  AlarmState,
} from './alarm.js';
import type { LimitKey, ShipLimit } from './ship-limit.js';

/** Alarms that are over and were raised before so many others are forgotten. */
export const CLEARED_ALARMS_MAX = 100_000;
/** So many are saved at a time. */
export const SAVED_AT_ONCE_MAX = 500;

export interface KnownLimits {
  /** Counts the changes of all limits. */
  readonly revision: number;
  readonly limits: readonly ShipLimit[];
}

/** Null: any. */
export interface AlarmQuery {
  readonly state: AlarmState | null;
  readonly shipName: string | null;
  readonly severity: AlarmSeverity | null;
  /** Only older ones than the one at this position. */
  readonly before: number | null;
  readonly limit: number;
}

export interface AcknowledgedAlarm {
  readonly alarm: Alarm;
  /** False: it was acknowledged before, and nothing changed. */
  readonly isNew: boolean;
}

/**
 * Keeps limits and the list of alarms. Whatever changes in the list is put into the outbox at once with
 * it; what a method gives as changes was told so. A series has one alarm at a time that is not over.
 */
export abstract class AlarmStore {
  abstract limitsRevision(): Promise<number>;
  /** Those of all ships. */
  abstract limits(): Promise<KnownLimits>;
  /** In the order of `compareLimits`. */
  abstract limitsOf(shipName: string): Promise<ShipLimit[]>;
  /**
   * In the place of the one with that key. A stale alarm of a limit that does not ask for one any
   * more is over.
   * @throws DomainError LIMITS_FULL; then nothing has changed
   */
  abstract putLimit(limit: ShipLimit, at: Instant): Promise<AlarmChange[]>;
  /** Alarms that no limit is for any more are over. Null: there is none with that key. */
  abstract removeLimit(key: LimitKey, at: Instant): Promise<AlarmChange[] | null>;
  /**
   * Brings the list to what is given, each alarm as `merged` says. Saved again it changes nothing. An
   * alarm that is new and not over is left out where no limit is for it any more.
   * @param alarms at most SAVED_AT_ONCE_MAX, no id twice, those of a series in their order
   */
  abstract save(alarms: readonly AlarmRecord[]): Promise<AlarmChange[]>;
  /** All of these ships that are not over. */
  abstract openAlarms(shipNames: readonly string[]): Promise<Alarm[]>;
  /** The newest first. */
  abstract alarms(query: AlarmQuery): Promise<Alarm[]>;
  abstract alarm(id: string): Promise<Alarm | null>;
  /** The first one stands. Null: there is no such alarm. */
  abstract acknowledge(
    id: string,
    acknowledgement: Acknowledgement,
  ): Promise<AcknowledgedAlarm | null>;
  /** Forgets alarms that are over, all but the newest `keep`; some at a time. @returns how many */
  abstract forgetCleared(keep: number): Promise<number>;
}
