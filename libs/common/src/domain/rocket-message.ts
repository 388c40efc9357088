import type { MessageTime } from './rocket-time.js';

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

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * 32 bits over what a message says (FNV-1a over its time and event). Two messages with different
 * digests differ; two that differ have the same digest once in 4 · 10⁹ times, and then a conflict
 * counts as a duplicate.
 */
export function digestOf({ time, event }: RocketMessage): number {
  const text = JSON.stringify([time.text, ...contentOf(event)]);
  let hash = FNV_OFFSET;
  for (let at = 0; at < text.length; at += 1)
    hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME);
  return hash >>> 0;
}

/** In a fixed order, whatever the order of the fields was on the wire. */
function contentOf(event: RocketEvent): readonly (string | number)[] {
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
