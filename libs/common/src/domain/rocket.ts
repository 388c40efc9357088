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
export function applyMessage(rocket: Rocket, { number, time, event }: RocketMessage): Rocket {
  const changed = applyEvent(rocket, number, event);
  const isLatest = rocket.latest === null || isAfter(time, number, rocket.latest);
  return isLatest ? { ...changed, latest: { ...time, number } } : changed;
}

function isAfter(time: MessageTime, number: number, latest: MessageTime & { number: number }) {
  return (compareTimes(time, latest) || number - latest.number) > 0;
}

function applyEvent(rocket: Rocket, number: number, event: RocketEvent): Rocket {
  switch (event.type) {
    case 'RocketLaunched':
      return launched(rocket, number, event);
    case 'RocketSpeedIncreased':
      return { ...rocket, speed: addSpeed(rocket.speed, event.by) };
    case 'RocketSpeedDecreased':
      return { ...rocket, speed: addSpeed(rocket.speed, -event.by) };
    case 'RocketExploded':
      if (number < rocket.explodedNumber) return rocket;
      return { ...rocket, explodedReason: event.reason, explodedNumber: number };
    case 'RocketMissionChanged':
      return withMission(rocket, number, event.newMission);
    default:
      return event satisfies never;
  }
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
