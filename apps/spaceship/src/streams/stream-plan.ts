import type { StreamRequestDto } from '#common/contracts';
import type { StreamTarget } from '#common/datagrams';
import { type Instant, parseInstant } from '#common/domain';
import { faultProfileOf } from '../faults/fault-profile.js';
import type { FlightPlan } from '../faults/flight-plan.js';

/** As the original ship: one reading a second. */
export const INTERVAL_SECONDS_DEFAULT = 1;
export const BATTERIES_DEFAULT = 1;

/** What a stream sends, with every default filled in. */
export interface StreamPlan extends FlightPlan {
  readonly target: StreamTarget;
  readonly shipName: string | null;
  /** As asked for; 0: as fast as the cap allows. */
  readonly intervalSeconds: number;
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
    faults: request.faults === undefined ? null : faultProfileOf(request.faults),
    epoch: instantIn(request.epoch),
    count: request.count ?? null,
    until: instantIn(request.until),
  };
}

/** Apart from the plan, which is shown and remembered. */
export const keyIn = ({ key }: StreamRequestDto): Buffer | null =>
  key === undefined ? null : Buffer.from(key, 'hex');

/** The request is checked, so it can be read. */
const instantIn = (text: string | undefined): Instant | null =>
  text === undefined ? null : parseInstant(text);
