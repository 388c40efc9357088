import { ROCKET_EXPLODED, ROCKET_LAUNCHED, ROCKET_MISSION_CHANGED } from '#common/contracts';
import type { RocketFact } from '#common/domain';
import { type Envelope, envelope } from '#common/messaging';

export function rocketEnvelope(channel: string, fact: RocketFact, now: Date): Envelope {
  switch (fact.type) {
    case 'launched':
      return envelope(ROCKET_LAUNCHED, { channel, type: fact.model, mission: fact.mission }, now);
    case 'exploded':
      return envelope(ROCKET_EXPLODED, { channel, reason: fact.reason }, now);
    case 'mission-changed':
      return envelope(ROCKET_MISSION_CHANGED, { channel, mission: fact.mission }, now);
    default:
      return fact satisfies never;
  }
}
