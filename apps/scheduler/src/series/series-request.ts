import { MICROS_PER_SECOND, parseInstant } from '#common/domain';
import { ValidationException } from '#common/platform';
import { newContactOf } from '../contacts/contact.dto.js';
import { isInRange, type LocalTime, parseLocalTime } from './recurrence/local-time.js';
import { RuleError } from './recurrence/rule.js';
import { readRule } from './recurrence/rule-reader.js';
import { Zone } from './recurrence/zone.js';
import type { NewSeries } from './series.js';
import type { ChangeSeriesDto, CreateSeriesDto } from './series-request.dto.js';
import type { Until } from './series.service.js';

const UTC = 'UTC';
/** Each occurrence has its own. */
const ANY_TIME = '2000-01-01T00:00:00Z';

/** @throws {ValidationException} for what each field alone could not show */
export function newSeriesOf(dto: CreateSeriesDto): NewSeries {
  const isLocal = parseLocalTime(dto.start) !== null;
  if (isLocal && dto.time_zone === undefined)
    throw invalid('time_zone', 'time_zone must be given with a local time');
  if (!isLocal && dto.time_zone !== undefined)
    throw invalid('time_zone', 'time_zone goes with a local time: this start has an offset');
  const timeZone = dto.time_zone ?? UTC;
  if (Zone.of(timeZone) === null)
    throw invalid('time_zone', 'time_zone must be a zone of the IANA database, as Europe/Berlin');
  checkRule(dto.rrule);
  const { startTime: _, ...contact } = newContactOf(
    Object.assign({}, dto, { start_time: ANY_TIME }),
  );
  return {
    contact,
    start: startOf(dto.start),
    timeZone,
    rrule: dto.rrule,
    exclude: localsOf(dto.exclude),
  };
}

/** @throws {ValidationException} when nothing is to change */
export function seriesChangeOf(dto: ChangeSeriesDto | undefined): {
  readonly exclude: readonly LocalTime[];
  readonly until: Until | null;
} {
  if (dto?.exclude === undefined && dto?.until === undefined)
    throw invalid('body', 'The body must name a change');
  const { exclude, until } = dto;
  const local = until === undefined ? null : parseLocalTime(until);
  const last = local === null ? until && { at: parseInstant(until)! } : { local };
  return { exclude: localsOf(exclude), until: last || null };
}

function startOf(text: string): LocalTime {
  const local = parseLocalTime(text);
  if (local !== null) return local;
  const seconds = (parseInstant(text) ?? Number.NaN) / MICROS_PER_SECOND;
  if (Number.isInteger(seconds) && isInRange(seconds)) return seconds;
  throw invalid('start', 'start must be a whole second of the years 1970 to 2199');
}

function checkRule(text: string): void {
  try {
    readRule(text);
  } catch (fault) {
    if (fault instanceof RuleError) throw invalid('rrule', `rrule: ${fault.message}`);
    throw fault;
  }
}

/** Checked by the DTO. */
const localsOf = (texts: readonly string[] = []): LocalTime[] =>
  [...new Set(texts)].map((text) => parseLocalTime(text)!);

const invalid = (field: string, message: string): ValidationException =>
  new ValidationException([{ field, message }]);
