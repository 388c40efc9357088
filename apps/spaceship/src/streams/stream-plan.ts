import type { StreamFormat, StreamRequestDto } from '#common/contracts';
import { type Instant, parseInstant } from '#common/domain';
import type { StreamTarget } from './stream-targets.js';

/** As the original ship: one reading a second. */
export const INTERVAL_SECONDS_DEFAULT = 1;
export const BATTERIES_DEFAULT = 1;

/** What a stream sends, with every default filled in. */
export interface StreamPlan {
  readonly target: StreamTarget;
  readonly shipName: string | null;
  readonly format: StreamFormat;
  readonly apid: number | null;
  /** As asked for; 0: as fast as the cap allows. */
  readonly intervalSeconds: number;
  readonly batteryCount: number;
  readonly seed: number;
  /** When it ends by itself; null where only its longest life says. */
  readonly until: Instant | null;
}

/** `chosenSeed` serves where the request names none. */
export function planStream(
  request: StreamRequestDto,
  target: StreamTarget,
  chosenSeed: number,
): StreamPlan {
  return {
    target,
    shipName: request.ship_name ?? null,
    format: request.format ?? 'json',
    apid: request.apid ?? null,
    intervalSeconds: request.interval ?? INTERVAL_SECONDS_DEFAULT,
    batteryCount: request.batteries ?? BATTERIES_DEFAULT,
    seed: request.seed ?? chosenSeed,
    // The request is checked, so it can be read.
    until: request.until === undefined ? null : parseInstant(request.until),
  };
}
