/** A rule of the domain was broken. `code` is stable and part of the API; `message` is for people. */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  /** The field of the request that is at fault, where it is one. */
  readonly field: string | null;
  /** What a program needs to go on, in the names of the API; stands in the answer beside the code. */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(
    readonly code: DomainErrorCode,
    message: string,
    options: ErrorOptions & {
      readonly field?: string;
      readonly facts?: Readonly<Record<string, unknown>>;
    } = {},
  ) {
    super(message, options);
    this.field = options.field ?? null;
    this.facts = options.facts ?? {};
  }
}

export const DOMAIN_ERROR_CODES = [
  'ALARM_ACKNOWLEDGED',
  'ALARM_NOT_FOUND',
  'ANTENNAS_FULL',
  'ANTENNA_BLOCKS_FULL',
  'ANTENNA_BLOCK_NOT_FOUND',
  'ANTENNA_IN_USE',
  'ANTENNA_NOT_FOUND',
  'ANTENNA_TAKEN',
  'ARCHIVE_READINGS_FULL',
  'BULKS_FULL',
  'CALENDAR_TOO_LARGE',
  'CONTACT_NOT_FOUND',
  'CONTACT_NOT_CHANGEABLE',
  'ELEMENTS_TOO_OLD',
  'EXPORTS_FULL',
  'IDEMPOTENCY_KEY_REUSED',
  'LIMITS_FULL',
  'LIMIT_NOT_FOUND',
  'ORBITS_FULL',
  'ORBIT_DECAYED',
  'ORBIT_NOT_FOUND',
  'PACKET_DEFINITION_UNKNOWN',
  'PLAN_TOO_LARGE',
  'PREDICTIONS_FULL',
  'REPLAYS_FULL',
  'REPLAY_FORMAT_DIFFERS',
  'REPLAY_NOT_FOUND',
  'REPORT_NOT_FOUND',
  'REVISION_STALE',
  'ROCKET_BATCHES_FULL',
  'ROCKET_CHANNEL_REFUSED',
  'ROCKET_EVENTS_FULL',
  'ROCKET_EXPLODED',
  'ROCKET_HISTORY_GONE',
  'ROCKET_NOT_FOUND',
  'ROCKET_STATE_UNAVAILABLE',
  'ROCKET_STORE_FULL',
  'SAMPLES_TOO_DENSE',
  'SAMPLES_TOO_MANY',
  'SERIES_ENDED',
  'SERIES_EXCLUSIONS_FULL',
  'SERIES_FULL',
  'SERIES_NOT_FOUND',
  'SCHEDULER_EVENTS_FULL',
  'SHIP_NOT_FOUND',
  'START_TIME_PASSED',
  'STATIONS_FULL',
  'STATION_NOT_FOUND',
  'STREAM_NOT_FOUND',
  'STREAM_QUEUE_FULL',
  'STREAM_TARGET_REFUSED',
  'TELEMETRY_EVENTS_FULL',
  'WEBHOOKS_FULL',
  'WEBHOOK_NOT_FOUND',
  'WEBHOOK_TARGET_REFUSED',
] as const;

export type DomainErrorCode = (typeof DOMAIN_ERROR_CODES)[number];
