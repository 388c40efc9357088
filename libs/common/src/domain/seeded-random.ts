/**
 * State of the generator xoshiro128** 1.1 by D. Blackman and S. Vigna (prng.di.unimi.it, public
 * domain). As a value instead of an object, so that what draws from it can be a pure function.
 */
export type RandomState = readonly [number, number, number, number];

/**
 * A state for any seed from 0 to 2^53 − 1, by SplitMix64, as the authors of the generator advise. Each
 * `stream` of a seed, counted from 0, is another sequence: whoever draws from one disturbs no other.
 */
export function seededRandom(seed: number, stream = 0): RandomState {
  const before = 2n * BigInt(stream);
  const [first, second] = [
    splitMix64(BigInt(seed), before + 1n),
    splitMix64(BigInt(seed), before + 2n),
  ];
  return [high(first), low(first), high(second), low(second)];
}

/** The next 32 bits, and the state after them. */
export function nextBits([a, b, c, d]: RandomState): [bits: number, next: RandomState] {
  const bits = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
  const mixed = d ^ b;
  return [bits, [a ^ mixed, b ^ c ^ a, c ^ a ^ (b << 9), rotateLeft(mixed, 11)]];
}

/** The next number in 0 ≤ x < 1, and the state after it. */
export function nextFraction(state: RandomState): [fraction: number, next: RandomState] {
  const [bits, next] = nextBits(state);
  return [bits / 0x1_0000_0000, next];
}

/** The `count`-th output of SplitMix64 (S. Vigna, public domain) for a seed. */
export function splitMix64(seed: bigint, count: bigint): bigint {
  let word = BigInt.asUintN(64, seed + count * 0x9e37_79b9_7f4a_7c15n);
  word = BigInt.asUintN(64, (word ^ (word >> 30n)) * 0xbf58_476d_1ce4_e5b9n);
  word = BigInt.asUintN(64, (word ^ (word >> 27n)) * 0x94d0_49bb_1331_11ebn);
  return word ^ (word >> 31n);
}

const high = (word: bigint): number => Number(word >> 32n);
const low = (word: bigint): number => Number(BigInt.asUintN(32, word));
const rotateLeft = (bits: number, by: number): number => (bits << by) | (bits >>> (32 - by));
