import type { Instant } from './instant.js';
import { type MessageTime, readMessageTime } from './rocket-time.js';

/**
 * What a rocket says of itself. The wire's `type` of a launch is `model` here, so that `type` can
 * tell the events apart. Speeds are integers within ±(2^53 − 1).
 */
export type RocketEvent =
  | {
      readonly type: 'RocketLaunched';
      readonly model: string;
      readonly launchSpeed: number;
      readonly mission: string;
    }
  | { readonly type: 'RocketSpeedIncreased'; readonly by: number }
  | { readonly type: 'RocketSpeedDecreased'; readonly by: number }
  | { readonly type: 'RocketExploded'; readonly reason: string }
  | { readonly type: 'RocketMissionChanged'; readonly newMission: string };

/** One message of a channel; `number` counts from 1, without gaps at the sender. */
export interface RocketMessage {
  readonly channel: string;
  readonly number: number;
  readonly time: MessageTime;
  readonly event: RocketEvent;
}

/** A message as it was taken. */
export interface RocketArrival extends RocketMessage {
  /** By our clock. No two arrivals of one process share an instant, so it is their order as well. */
  readonly receivedAt: Instant;
}

/**
 * What a message says, apart from its channel and number, as one JSON array: time, type, and the
 * fields of the type. The same content is the same text, so a repetition is told from a conflict.
 */
export const contentOf = ({ time, event }: Pick<RocketMessage, 'time' | 'event'>): string =>
  JSON.stringify([time.text, ...partsOf(event)]);

/** The way back from `contentOf`. @throws Error for any other text */
export const readContent = (content: string): Pick<RocketMessage, 'time' | 'event'> =>
  readContentParts(JSON.parse(content) as ContentParts);

/** The way back from what `contentOf` is the JSON of. @throws Error for anything else */
export function readContentParts([timeText, ...parts]: ContentParts) {
  const time = readMessageTime(timeText);
  if (time === null) throw new Error('This is not the content of a message.');
  return { time, event: eventOf(parts) };
}

type EventParts =
  | ['RocketLaunched', string, number, string]
  | ['RocketSpeedIncreased' | 'RocketSpeedDecreased', number]
  | ['RocketExploded' | 'RocketMissionChanged', string];
export type ContentParts = [string, ...EventParts];

/** In a fixed order, whatever the order of the fields was on the wire. */
function partsOf(event: RocketEvent): EventParts {
  switch (event.type) {
    case 'RocketLaunched':
      return [event.type, event.model, event.launchSpeed, event.mission];
    case 'RocketSpeedIncreased':
    case 'RocketSpeedDecreased':
      return [event.type, event.by];
    case 'RocketExploded':
      return [event.type, event.reason];
    case 'RocketMissionChanged':
      return [event.type, event.newMission];
    default:
      return event satisfies never;
  }
}

function eventOf(parts: EventParts): RocketEvent {
  switch (parts[0]) {
    case 'RocketLaunched':
      return { type: parts[0], model: parts[1], launchSpeed: parts[2], mission: parts[3] };
    case 'RocketSpeedIncreased':
    case 'RocketSpeedDecreased':
      return { type: parts[0], by: parts[1] };
    case 'RocketExploded':
      return { type: parts[0], reason: parts[1] };
    case 'RocketMissionChanged':
      return { type: parts[0], newMission: parts[1] };
    default:
      return parts satisfies never;
  }
}
