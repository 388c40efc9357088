import { formatInstant, type Instant, parseInstant } from '#common/domain';

/** A datagram of format `json` is never longer. */
export const BATTERY_TEXT_BYTES_MAX = 1_024;

const DESCRIPTION = 'Battery Voltage';
const UNIT = 'V';
const ASCII_MAX = 0x7f;

export interface VoltageReading {
  readonly generatedAt: Instant;
  readonly volts: number;
}

export type TextFault =
  | 'too-long'
  | 'not-utf8'
  | 'not-json'
  | 'not-an-object'
  | 'wrong-timestamp'
  | 'wrong-description'
  | 'wrong-value'
  | 'wrong-unit';

export type DecodedText =
  | ({ readonly kind: 'reading' } & VoltageReading)
  | { readonly kind: 'malformed'; readonly reason: TextFault };

/**
 * `{"timestamp": "2024-09-25T22:49:10.342210+00:00", "description": "Battery Voltage", "value": 17,
 * "unit": "V"}` on one line. Clients compare this text, so its spaces and digits are part of the format.
 */
export function encodeBatteryText({ generatedAt, volts }: VoltageReading): string {
  if (!Number.isFinite(volts)) throw new RangeError('A voltage is a finite number');
  const utc = formatInstant(generatedAt)
    .slice(0, -1)
    .padEnd('2024-09-25T22:49:10.342210'.length, '0');
  return `{"timestamp": "${utc}+00:00", "description": "${DESCRIPTION}", "value": ${volts}, "unit": "${UNIT}"}`;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads any bytes and never throws. Fields that it does not know are ignored. */
export function decodeBatteryText(datagram: Buffer): DecodedText {
  if (datagram.length > BATTERY_TEXT_BYTES_MAX) return malformed('too-long');
  const text = utf8TextIn(datagram, 0, datagram.length);
  return text === null ? malformed('not-utf8') : readBatteryText(text);
}

/** The text that lies in the bytes; null for what is not UTF-8. */
export function utf8TextIn(bytes: Buffer, start: number, end: number): string | null {
  // Nearly every text is plain ASCII, which is read several times as fast.
  for (let at = start; at < end; at += 1)
    if (bytes[at]! > ASCII_MAX)
      return attempt(() => utf8.decode(bytes.subarray(start, end))) ?? null;
  return bytes.toString('latin1', start, end);
}

/** As `decodeBatteryText`, of a text that is not too long. */
export function readBatteryText(text: string): DecodedText {
  const body = attempt(() => JSON.parse(text) as unknown);
  if (body === undefined) return malformed('not-json');
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return malformed('not-an-object');
  }
  return readFields(body);
}

function readFields(
  body: Partial<Record<'timestamp' | 'description' | 'value' | 'unit', unknown>>,
): DecodedText {
  const generatedAt = typeof body.timestamp === 'string' ? parseInstant(body.timestamp) : null;
  if (generatedAt === null) return malformed('wrong-timestamp');
  if (body.description !== DESCRIPTION) return malformed('wrong-description');
  // JSON knows no infinity, but 1e999 reads as one.
  if (typeof body.value !== 'number' || !Number.isFinite(body.value))
    return malformed('wrong-value');
  if (body.unit !== UNIT) return malformed('wrong-unit');
  return { kind: 'reading', generatedAt, volts: body.value };
}

const malformed = (reason: TextFault): DecodedText => ({ kind: 'malformed', reason });

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
