import { HttpException, HttpStatus } from '@nestjs/common';
import { isUnavailable } from './unavailable.js';
import { DomainError, type DomainErrorCode } from '#common/domain';

export interface FieldFault {
  readonly field: string;
  readonly message: string;
}

/** The body of every error, `application/problem+json` (RFC 9457) with `code` and `errors` added. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: string;
  readonly errors?: readonly FieldFault[];
}

/** A new domain error does not compile until it has a status here. */
export const DOMAIN_ERROR_STATUS: Record<DomainErrorCode, HttpStatus> = {
  ALARM_ACKNOWLEDGED: HttpStatus.CONFLICT,
  ALARM_NOT_FOUND: HttpStatus.NOT_FOUND,
  ANTENNAS_FULL: HttpStatus.CONFLICT,
  ANTENNA_BLOCKS_FULL: HttpStatus.CONFLICT,
  ANTENNA_BLOCK_NOT_FOUND: HttpStatus.NOT_FOUND,
  ANTENNA_IN_USE: HttpStatus.CONFLICT,
  ANTENNA_NOT_FOUND: HttpStatus.NOT_FOUND,
  ANTENNA_TAKEN: HttpStatus.CONFLICT,
  ARCHIVE_READINGS_FULL: HttpStatus.SERVICE_UNAVAILABLE,
  BULKS_FULL: HttpStatus.SERVICE_UNAVAILABLE,
  CALENDAR_TOO_LARGE: HttpStatus.BAD_REQUEST,
  CONTACT_NOT_FOUND: HttpStatus.NOT_FOUND,
  CONTACT_NOT_CHANGEABLE: HttpStatus.CONFLICT,
  ELEMENTS_TOO_OLD: HttpStatus.CONFLICT,
  EXPORTS_FULL: HttpStatus.SERVICE_UNAVAILABLE,
  IDEMPOTENCY_KEY_REUSED: HttpStatus.CONFLICT,
  LIMITS_FULL: HttpStatus.CONFLICT,
  LIMIT_NOT_FOUND: HttpStatus.NOT_FOUND,
  ORBITS_FULL: HttpStatus.CONFLICT,
  ORBIT_DECAYED: HttpStatus.CONFLICT,
  ORBIT_NOT_FOUND: HttpStatus.NOT_FOUND,
  PACKET_DEFINITION_UNKNOWN: HttpStatus.SERVICE_UNAVAILABLE,
  PLAN_TOO_LARGE: HttpStatus.BAD_REQUEST,
  PREDICTIONS_FULL: HttpStatus.SERVICE_UNAVAILABLE,
  REPLAYS_FULL: HttpStatus.SERVICE_UNAVAILABLE,
  REPLAY_FORMAT_DIFFERS: HttpStatus.BAD_REQUEST,
  REPLAY_NOT_FOUND: HttpStatus.NOT_FOUND,
  REPORT_NOT_FOUND: HttpStatus.NOT_FOUND,
  REVISION_STALE: HttpStatus.PRECONDITION_FAILED,
  ROCKET_BATCHES_FULL: HttpStatus.SERVICE_UNAVAILABLE,
  ROCKET_CHANNEL_REFUSED: HttpStatus.BAD_REQUEST,
  ROCKET_EVENTS_FULL: HttpStatus.SERVICE_UNAVAILABLE,
  ROCKET_EXPLODED: HttpStatus.CONFLICT,
  ROCKET_HISTORY_GONE: HttpStatus.GONE,
  ROCKET_NOT_FOUND: HttpStatus.NOT_FOUND,
  ROCKET_STATE_UNAVAILABLE: HttpStatus.SERVICE_UNAVAILABLE,
  ROCKET_STORE_FULL: HttpStatus.SERVICE_UNAVAILABLE,
  SAMPLES_TOO_DENSE: HttpStatus.SERVICE_UNAVAILABLE,
  SAMPLES_TOO_MANY: HttpStatus.BAD_REQUEST,
  SERIES_ENDED: HttpStatus.CONFLICT,
  SERIES_EXCLUSIONS_FULL: HttpStatus.CONFLICT,
  SERIES_FULL: HttpStatus.CONFLICT,
  SERIES_NOT_FOUND: HttpStatus.NOT_FOUND,
  SCHEDULER_EVENTS_FULL: HttpStatus.SERVICE_UNAVAILABLE,
  SHIP_NOT_FOUND: HttpStatus.NOT_FOUND,
  START_TIME_PASSED: HttpStatus.BAD_REQUEST,
  STATIONS_FULL: HttpStatus.CONFLICT,
  STATION_NOT_FOUND: HttpStatus.NOT_FOUND,
  STREAM_NOT_FOUND: HttpStatus.NOT_FOUND,
  STREAM_QUEUE_FULL: HttpStatus.SERVICE_UNAVAILABLE,
  STREAM_TARGET_REFUSED: HttpStatus.BAD_REQUEST,
  TELEMETRY_EVENTS_FULL: HttpStatus.SERVICE_UNAVAILABLE,
  WEBHOOKS_FULL: HttpStatus.CONFLICT,
  WEBHOOK_NOT_FOUND: HttpStatus.NOT_FOUND,
  WEBHOOK_TARGET_REFUSED: HttpStatus.BAD_REQUEST,
};

/** Faults of the request itself that we find before any rule of the domain is asked; status 400. */
export const REQUEST_ERROR_CODES = ['VALIDATION_FAILED', 'BODY_NOT_JSON', 'BODY_TOO_DEEP'] as const;
export type RequestErrorCode = (typeof REQUEST_ERROR_CODES)[number];

/** Faults that no rule of ours names: the code says what kind, the status which family. */
export const HTTP_ERROR_CODES: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  403: 'FORBIDDEN',
  404: 'ROUTE_NOT_FOUND',
  408: 'REQUEST_TIMEOUT',
  413: 'BODY_TOO_LARGE',
  415: 'MEDIA_TYPE_UNSUPPORTED',
  417: 'EXPECTATION_UNKNOWN',
  426: 'UPGRADE_REQUIRED',
  431: 'HEADERS_TOO_LARGE',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
};

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  403: 'Forbidden',
  404: 'Not found',
  408: 'Request timeout',
  409: 'Conflict',
  410: 'Gone',
  412: 'Precondition failed',
  413: 'Content too large',
  415: 'Unsupported media type',
  417: 'Expectation failed',
  426: 'Upgrade required',
  431: 'Request header fields too large',
  500: 'Internal error',
  503: 'Service unavailable',
};

const MALFORMED = 'The request is malformed.';
const DETAILS: Readonly<Record<number, string>> = {
  408: 'The request did not come in time.',
  413: 'The body is too large.',
  415: 'The body must be application/json.',
  417: 'Nothing but 100-continue can be expected.',
  431: 'The address and the headers are too large.',
};

/** What stands before the query in an address. */
export const pathOf = (url: string | undefined): string => url?.split('?', 1)[0] || '/';

/** Turns whatever was thrown into the answer for it. What is not known says nothing of itself. */
export function problemOf(fault: unknown, instance: string): Problem {
  if (fault instanceof DomainError) return problemOfDomain(fault, instance);
  if (fault instanceof HttpException) return problemOfHttp(fault, instance);

  const status = statusOf(fault);
  if (status >= 400 && status < 500) return problem(status, DETAILS[status] ?? MALFORMED, instance);
  if (isUnavailable(fault))
    return problem(503, 'What is needed for this does not answer; try again later.', instance);
  return problem(500, 'Something went wrong on our side.', instance);
}

/** The field faults that `validation.ts` put into an exception. */
export class ValidationException extends HttpException {
  constructor(readonly errors: readonly FieldFault[]) {
    super(errors.map(({ message }) => message).join('; '), HttpStatus.BAD_REQUEST, {
      errorCode: 'VALIDATION_FAILED' satisfies RequestErrorCode,
    });
  }
}

function problemOfDomain({ code, message, field, facts }: DomainError, instance: string): Problem {
  const basic = { ...facts, ...problem(DOMAIN_ERROR_STATUS[code], message, instance, code) };
  return field === null ? basic : { ...basic, errors: [{ field, message }] };
}

function problemOfHttp(fault: HttpException, instance: string): Problem {
  const detail = fault.getStatus() === 404 ? `Nothing is at ${instance}.` : fault.message;
  const basic = problem(fault.getStatus(), detail, instance, fault.errorCode);
  return fault instanceof ValidationException ? { ...basic, errors: fault.errors } : basic;
}

function problem(
  status: number,
  detail: string,
  instance: string,
  code = HTTP_ERROR_CODES[status] ?? (status < 500 ? 'BAD_REQUEST' : 'INTERNAL'),
): Problem {
  const title = TITLES[status] ?? 'Request refused';
  return { type: 'about:blank', title, status, detail, instance, code };
}

/** Fastify's own errors carry `statusCode`. */
function statusOf(fault: unknown): number {
  const { statusCode } = (fault ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : 500;
}
