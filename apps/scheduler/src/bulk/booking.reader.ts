import {
  CHANNEL_CHARS_MAX,
  isText,
  STREAM_BATTERIES_MAX,
  STREAM_FORMATS,
  STREAM_INTERVAL_SECONDS_MAX,
  type StreamFormat,
  type StreamOptionsDto,
} from '#common/contracts';
import { parseInstant } from '#common/domain';
import { numberOfDigits } from '#common/platform';
import { ANTENNA_CHARS_MAX } from '../antennas/antenna.dto.js';
import {
  DURATION_SECONDS_MAX,
  PRIORITY_MAX,
  SHIP_NAME_CHARS_MAX,
} from '../contacts/contact.dto.js';
import type { NewContact } from '../contacts/contact-store.port.js';

/**
 * What `BookContactDto` says of the fields that nearly all bookings have, read by hand: its decorators
 * cost more than to store a contact. Null for whatever else there is, good or bad: the DTO has the last
 * word, and knows which field is at fault.
 * @param body as JSON was read
 */
export function readBooking(body: unknown): NewContact | null {
  if (!hasOnly(body, FIELDS)) return null;
  const { ship_name: shipName, start_time, antenna = null, channel = null, priority = 0 } = body;
  const durationSeconds = numberOfDigits(body['duration']);
  const startTime = typeof start_time === 'string' ? parseInstant(start_time) : null;
  const stream = readStream(body['stream']);
  return startTime !== null &&
    stream !== null &&
    isText(shipName, 1, SHIP_NAME_CHARS_MAX) &&
    isWhole(durationSeconds, 1, DURATION_SECONDS_MAX) &&
    isWhole(priority, -PRIORITY_MAX, PRIORITY_MAX) &&
    isTextOrNull(antenna, ANTENNA_CHARS_MAX) &&
    isTextOrNull(channel, CHANNEL_CHARS_MAX)
    ? { shipName, startTime, durationSeconds, antenna, priority, channel, stream }
    : null;
}

const FIELDS: ReadonlySet<string> = new Set([
  'ship_name',
  'start_time',
  'duration',
  'antenna',
  'priority',
  'channel',
  'stream',
]);
const STREAM_FIELDS: ReadonlySet<string> = new Set(['format', 'interval', 'batteries']);

function readStream(wished: unknown): StreamOptionsDto | null {
  if (wished === undefined) return { format: 'json' };
  if (!hasOnly(wished, STREAM_FIELDS)) return null;
  const { format = 'json', interval, batteries } = wished;
  if (!(STREAM_FORMATS as readonly unknown[]).includes(format)) return null;
  if (interval !== undefined && !isBetween(interval, 0, STREAM_INTERVAL_SECONDS_MAX)) return null;
  if (batteries !== undefined && !isWhole(batteries, 1, STREAM_BATTERIES_MAX)) return null;
  return {
    format: format as StreamFormat,
    ...(interval !== undefined && { interval }),
    ...(batteries !== undefined && { batteries }),
  };
}

const hasOnly = (
  value: unknown,
  fields: ReadonlySet<string>,
): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' &&
  value !== null &&
  Object.getPrototypeOf(value) === Object.prototype &&
  Object.keys(value).every((name) => fields.has(name));

const isTextOrNull = (value: unknown, charsMax: number): value is string | null =>
  value === null || isText(value, 1, charsMax);

const isBetween = (value: unknown, min: number, max: number): value is number =>
  typeof value === 'number' && value >= min && value <= max;

const isWhole = (value: unknown, min: number, max: number): value is number =>
  Number.isInteger(value) && isBetween(value, min, max);
