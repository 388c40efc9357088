import type { RocketEvent, RocketMessage } from './rocket-message.js';
import { addSpeed, NO_SPEED, type RocketSpeed } from './rocket-speed.js';
import { compareTimes, type MessageTime } from './rocket-time.js';

/** The number of a message that has not come. */
export const NO_MESSAGE = -1;

/** What is known of a rocket from the messages so far, whichever they are. Unknown texts are empty. */
export interface Rocket {
  readonly model: string;
  readonly speed: RocketSpeed;
  readonly mission: string;
  /** Empty while no explosion is known. */
  readonly explodedReason: string;
  readonly launchNumber: number;
  readonly missionNumber: number;
  readonly explodedNumber: number;
  /** The newest message by time, then by number. */
  readonly latest: (MessageTime & { readonly number: number }) | null;
}

export type RocketStatus = 'unknown' | 'flying' | 'exploded';

export const UNKNOWN_ROCKET: Rocket = {
  model: '',
  speed: NO_SPEED,
  mission: '',
  explodedReason: '',
  launchNumber: NO_MESSAGE,
  missionNumber: NO_MESSAGE,
  explodedNumber: NO_MESSAGE,
  latest: null,
};

/**
 * Folds one message in. Every order of the same messages ends in the same rocket, as long as each
 * number is applied once: speeds add up, and everything else belongs to the highest number.
 */
export function applyMessage(rocket: Rocket, message: RocketMessage): Rocket {
  const { number, event } = message;
  const latest = latestOf(rocket.latest, message);
  switch (event.type) {
    case 'RocketLaunched':
      return { ...launched(rocket, number, event), latest };
    case 'RocketSpeedIncreased':
      return { ...rocket, speed: addSpeed(rocket.speed, event.by), latest };
    case 'RocketSpeedDecreased':
      return { ...rocket, speed: addSpeed(rocket.speed, -event.by), latest };
    case 'RocketExploded':
      if (number < rocket.explodedNumber) return { ...rocket, latest };
      return { ...rocket, explodedReason: event.reason, explodedNumber: number, latest };
    case 'RocketMissionChanged':
      return { ...withMission(rocket, number, event.newMission), latest };
    default:
      return event satisfies never;
  }
}

function latestOf(latest: Rocket['latest'], { number, time }: RocketMessage): Rocket['latest'] {
  const isNewer = latest === null || (compareTimes(time, latest) || number - latest.number) > 0;
  if (!isNewer) return latest;
  const { text, instant, nanoseconds } = time;
  return { text, instant, nanoseconds, number };
}

/** A second launch on a channel (nobody promises that there is none) adds its speed like any other. */
function launched(
  rocket: Rocket,
  number: number,
  { model, launchSpeed, mission }: RocketEvent & { type: 'RocketLaunched' },
): Rocket {
  const isNewest = number > rocket.launchNumber;
  return {
    ...withMission(rocket, number, mission),
    speed: addSpeed(rocket.speed, launchSpeed),
    model: isNewest ? model : rocket.model,
    launchNumber: Math.max(number, rocket.launchNumber),
  };
}

const withMission = (rocket: Rocket, number: number, mission: string): Rocket =>
  number < rocket.missionNumber ? rocket : { ...rocket, mission, missionNumber: number };

export function statusOf({ explodedReason, launchNumber }: Rocket): RocketStatus {
  if (explodedReason !== '') return 'exploded';
  return launchNumber === NO_MESSAGE ? 'unknown' : 'flying';
}
