const LIMB = 2 ** 26;

/**
 * A sum of speeds as `high · 2^26 + low`, 0 ≤ low < 2^26. One double would round once a sum on the
 * way passes 2^53, and then the order of arrival would show in the result. In two parts every sum
 * is exact for at least 2^26 messages of the largest size, and for 2^53 of everyday size.
 */
export interface RocketSpeed {
  readonly high: number;
  readonly low: number;
}

export const NO_SPEED: RocketSpeed = { high: 0, low: 0 };

/** `by` is an integer within ±(2^53 − 1). */
export function addSpeed(speed: RocketSpeed, by: number): RocketSpeed {
  const high = Math.floor(by / LIMB);
  const low = speed.low + (by - high * LIMB);
  const carry = low >= LIMB ? 1 : 0;
  return { high: speed.high + high + carry, low: low - carry * LIMB };
}

/**
 * Exact within ±(2^53 − 1). Beyond, the double that is nearest to the exact sum: never clamped,
 * never NaN, the same for every order of arrival, and exact again once the sum comes back.
 */
export const speedValue = ({ high, low }: RocketSpeed): number => high * LIMB + low;
