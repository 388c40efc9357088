import type { MissingCause, MissingRange } from '#common/contracts';
import type { FullReport } from '../receptions/reception-store.port.js';

/*
 * How missing ranges are kept, in their order:
 *
 *   varint   how many there are
 *   and for each
 *   varint   numbers between the one before and it; before the first, those from 0 on
 *   varint   its numbers, less 1
 *   uint8    its cause
 *
 * A varint has 7 bits in each byte, the lowest first; each byte but its last has the top bit.
 */
const CODES: Readonly<Record<MissingCause, number>> = {
  corrupt: 0,
  shed: 1,
  kernel: 2,
  restart: 3,
  lost: 4,
};
const CAUSES = new Map(Object.entries(CODES).map(([cause, code]) => [code, cause as MissingCause]));
const BASE = 0x80;
/** Of a number below 2⁵³. */
const VARINT_BYTES_MAX = 8;
const RANGE_BYTES_MAX = 2 * VARINT_BYTES_MAX + 1;

type Ranges = FullReport['unlisted'];

/** As the column has them: most reports list all of their own. */
export const keptRanges = (ranges: Ranges): Buffer | null =>
  ranges.length === 0 ? null : packRanges(ranges);

/** @throws for bytes that nobody packed, here or when they are read */
export const rangesKept = (bytes: Uint8Array | null): Ranges =>
  bytes === null ? [] : new PackedRanges(bytes);

/** In order of `from`, none over another, of whole numbers from 0 on. */
export function packRanges(ranges: Ranges): Buffer {
  const bytes = Buffer.allocUnsafe(VARINT_BYTES_MAX + ranges.length * RANGE_BYTES_MAX);
  let offset = writeVarint(bytes, 0, ranges.length);
  let next = 0;
  for (const { from, to, cause } of ranges) {
    offset = writeVarint(bytes, offset, from - next);
    offset = writeVarint(bytes, offset, to - from);
    bytes[offset] = CODES[cause];
    offset += 1;
    next = to + 1;
  }
  return bytes.subarray(0, offset);
}

/** Half a million of them in a megabyte or two, made into objects only as they are asked for. */
export class PackedRanges implements Iterable<MissingRange> {
  readonly length: number;
  readonly #offset: number;

  /** @throws for bytes that `packRanges` did not make, here or when its ranges are read */
  constructor(private readonly bytes: Uint8Array) {
    const reader = new VarintReader(bytes, 0);
    this.length = reader.next();
    this.#offset = reader.offset;
  }

  *[Symbol.iterator](): Generator<MissingRange> {
    const reader = new VarintReader(this.bytes, this.#offset);
    let next = 0;
    for (let nr = 0; nr < this.length; nr += 1) {
      const from = next + reader.next();
      const to = from + reader.next();
      const cause = CAUSES.get(reader.next());
      if (cause === undefined || !Number.isSafeInteger(to)) throw damaged();
      next = to + 1;
      yield { from, to, cause };
    }
    if (reader.offset !== this.bytes.length) throw damaged();
  }
}

class VarintReader {
  constructor(
    private readonly bytes: Uint8Array,
    public offset: number,
  ) {}

  next(): number {
    let value = 0;
    let unit = 1;
    for (let nr = 0; nr < VARINT_BYTES_MAX; nr += 1) {
      const byte = this.bytes[this.offset];
      if (byte === undefined) break;
      this.offset += 1;
      value += (byte % BASE) * unit;
      if (byte < BASE) return value;
      unit *= BASE;
    }
    throw damaged();
  }
}

/** Without bit operators: they end at 2³¹. */
function writeVarint(bytes: Buffer, offset: number, value: number): number {
  let at = offset;
  let left = value;
  for (; left >= BASE; left = Math.floor(left / BASE)) {
    bytes[at] = (left % BASE) + BASE;
    at += 1;
  }
  bytes[at] = left;
  return at + 1;
}

const damaged = (): Error => new Error('Missing ranges are damaged where they are kept');
