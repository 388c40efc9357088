import { type Instant, MICROS_PER_MILLISECOND, MICROS_PER_SECOND } from '#common/domain';
import { GENERATED_AT_MS_MAX } from '#common/contracts';
import type { RawValue, TimeDefinition } from './packet-definition.js';
import { type RawReader, rawReaderOf } from './raw-values.js';

/** Null for a time that cannot be, or that an instant cannot hold. The bytes must be there. */
export type TimeReader = (bytes: Buffer, offset: number) => Instant | null;

const MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND;
/** A leap second makes the day longer. */
const DAY_MILLISECONDS_MAX = 86_400_999;

export function timeReaderOf(time: TimeDefinition): TimeReader {
  switch (time.form) {
    case 'unix-ms':
      return unixReader(time.at);
    case 'cuc':
      return cucReader(time);
    case 'cds':
      return cdsReader(time);
  }
}

function unixReader(at: number): TimeReader {
  const millis = wholeBytes(at, 8);
  return (bytes, offset) => {
    const value = millis(bytes, offset);
    return value > GENERATED_AT_MS_MAX ? null : value * MICROS_PER_MILLISECOND;
  };
}

/** Seconds and binary parts of them; what is less than a microsecond is cut. */
function cucReader(time: TimeDefinition & { form: 'cuc' }): TimeReader {
  const { at, coarseBytes, fineBytes, epoch, leapSeconds } = time;
  const coarse = wholeBytes(at, coarseBytes);
  const fine = fineBytes === 0 ? () => 0 : wholeBytes(at + coarseBytes, fineBytes);
  const parts = 256 ** fineBytes;
  return (bytes, offset) => {
    const seconds = coarse(bytes, offset) - leapSeconds;
    const micros = Math.floor((fine(bytes, offset) / parts) * MICROS_PER_SECOND);
    return safe(epoch + seconds * MICROS_PER_SECOND + micros);
  };
}

/** Days, milliseconds of the day, and parts of them; what is less than a microsecond is cut. */
function cdsReader(time: TimeDefinition & { form: 'cds' }): TimeReader {
  const { at, dayBytes, submillisecondBytes, epoch } = time;
  const days = wholeBytes(at, dayBytes);
  const millis = wholeBytes(at + dayBytes, 4);
  const parts: RawReader =
    submillisecondBytes === 0 ? () => 0 : wholeBytes(at + dayBytes + 4, submillisecondBytes);
  // Two bytes count microseconds, four picoseconds.
  const partsPerMicro = submillisecondBytes === 4 ? 1_000_000 : 1;
  return (bytes, offset) => {
    const ofDay = millis(bytes, offset);
    const micros = Math.floor(parts(bytes, offset) / partsPerMicro);
    if (ofDay > DAY_MILLISECONDS_MAX || micros >= MICROS_PER_MILLISECOND) return null;
    const day = days(bytes, offset) * MICROS_PER_DAY;
    return safe(epoch + day + ofDay * MICROS_PER_MILLISECOND + micros);
  };
}

const safe = (instant: number): Instant | null => (Number.isSafeInteger(instant) ? instant : null);

const wholeBytes = (at: number, size: number): RawReader => {
  const raw: RawValue = { atBit: at * 8, bits: size * 8, kind: 'uint', isLittleEndian: false };
  return rawReaderOf(raw);
};
