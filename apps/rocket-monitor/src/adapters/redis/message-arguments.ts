import { randomUUID } from 'node:crypto';
import { contentOf as textOf, type RocketEvent, type RocketMessage } from '#common/domain';

/**
 * A message as the script wants it: channel, number, time, instant, nanoseconds, digest, the id of
 * the event that it may cause, kind, speed to add, text, mission of a launch.
 */
export function argumentsOf(message: RocketMessage): (string | number)[] {
  const { channel, number, time, event } = message;
  return [
    channel,
    number,
    time.text,
    time.instant,
    time.nanoseconds,
    digestOf(textOf(message)),
    event.type.startsWith('RocketSpeed') ? '' : randomUUID(),
    ...contentOf(event),
  ];
}

/** Kind, speed to add, text, mission. A safe integer is written as its decimal digits. */
function contentOf(event: RocketEvent): readonly [string, string | number, string, string] {
  switch (event.type) {
    case 'RocketLaunched':
      return ['launched', event.launchSpeed, event.model, event.mission];
    case 'RocketSpeedIncreased':
      return ['speed', event.by, '', ''];
    case 'RocketSpeedDecreased':
      return ['speed', -event.by, '', ''];
    case 'RocketExploded':
      return ['exploded', '', event.reason, ''];
    case 'RocketMissionChanged':
      return ['mission', '', event.newMission, ''];
    default:
      return event satisfies never;
  }
}

const digestOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1)
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
};
