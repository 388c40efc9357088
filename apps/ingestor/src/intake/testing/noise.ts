import { crc16, encodeBatteryPacket, encodeClosingPacket } from '#common/contracts';
import { BATTERY_MODES, nextBits, seededRandom } from '#common/domain';

/** Datagrams that no ship ever sends; the same seed gives the same ones. */
export class Noise {
  #state: number;

  constructor(
    seed: number,
    private readonly key: Buffer | null = null,
  ) {
    [this.#state] = nextBits(seededRandom(seed));
  }

  /** 0 ≤ n < `below`. */
  below(below: number): number {
    return this.#bits() % below;
  }

  /** Xorshift (G. Marsaglia, 2003): good enough to be noise, and quick enough to make millions. */
  #bits(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return this.#state >>> 0;
  }

  good(apid: number, sequence = this.below(0xffff_ffff)): Buffer {
    const generatedAtMs = 1_900_000_000_000 + this.below(86_400_000);
    const records = Array.from({ length: 1 + this.below(this.below(4) === 0 ? 32 : 2) }, () => ({
      battery: this.below(256),
      mode: BATTERY_MODES[this.below(4)]!,
      volts: this.below(30),
      amperes: this.below(10) - 5,
      celsius: this.below(60),
      charge: this.below(100),
    }));
    return encodeBatteryPacket({ apid, sequence, generatedAtMs, records }, this.key);
  }

  bytes(lengthMax: number): Buffer {
    const bytes = Buffer.alloc(this.below(lengthMax + 1));
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = this.below(256);
    return bytes;
  }

  /** Up to three bits changed, or a run of up to two bytes: a CRC of 16 bits finds all of these. */
  damaged(apid: number): Buffer {
    const bytes = this.below(8) === 0 ? encodeClosingPacket(apid, 7, 0, this.key) : this.good(apid);
    const at = this.below(bytes.length - 1);
    if (this.below(4) === 0) {
      const run = 1 + this.below(0xffff);
      bytes[at]! ^= run >>> 8;
      bytes[at + 1]! ^= run & 0xff;
      return bytes;
    }
    const bits = new Set(
      Array.from({ length: 1 + this.below(3) }, () => this.below(8 * bytes.length)),
    );
    for (const bit of bits) bytes[bit >>> 3]! ^= 0x80 >>> (bit & 7);
    return bytes;
  }

  /** Its end is missing, or there is more behind it. */
  cut(apid: number): Buffer {
    const bytes = this.good(apid);
    return this.below(2) === 0
      ? bytes.subarray(0, this.below(bytes.length))
      : Buffer.concat([bytes, Buffer.from([1]), Buffer.alloc(this.below(3_000), 8)]);
  }

  /** What cannot be, under a CRC that fits. */
  impossible(apid: number): Buffer {
    const bytes = this.good(apid);
    const change = IMPOSSIBLE[this.below(IMPOSSIBLE.length)]!;
    change(bytes);
    return resealed(bytes);
  }

  /** Any bytes changed behind the primary header, under a CRC that fits: only a tag can tell. */
  forged(apid: number): Buffer {
    const bytes = this.good(apid);
    const at = 6 + this.below(bytes.length - 8);
    bytes[at]! ^= 1 + this.below(255);
    return resealed(bytes);
  }
}

function resealed(bytes: Buffer): Buffer {
  bytes.writeUInt16BE(crc16(bytes, bytes.length - 2), bytes.length - 2);
  return bytes;
}

const IMPOSSIBLE: readonly ((bytes: Buffer) => void)[] = [
  (bytes) => void (bytes[0]! |= 0x20),
  (bytes) => void (bytes[0]! |= 0x10),
  (bytes) => void (bytes[0]! &= 0xf7),
  (bytes) => void (bytes[2]! ^= 0x40),
  (bytes) => void (bytes[2]! &= 0x3f),
  (bytes) => void bytes.writeUInt16BE(bytes.length, 4),
  (bytes) => void (bytes[17]! ^= 0x04),
  // 1970, the end of 1999, the beginning of 2100, 2262 and later.
  (bytes) => void bytes.writeBigUInt64BE(0n, 6),
  (bytes) => void bytes.writeBigUInt64BE(946_684_799_999n, 6),
  (bytes) => void bytes.writeBigUInt64BE(4_102_444_800_000n, 6),
  (bytes) => void (bytes[6] = 1),
  (bytes) => void bytes.writeUInt32BE(2_200, 6),
  (bytes) => void (bytes[18] = 0),
  (bytes) => void (bytes[18] = 33),
  (bytes) => void (bytes[20] = 4),
  (bytes) => void bytes.writeFloatBE(Number.NaN, 21),
  (bytes) => void bytes.writeFloatBE(Infinity, 25),
  (bytes) => void bytes.writeFloatBE(-Infinity, 33),
];
