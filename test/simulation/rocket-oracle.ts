import type { RocketMessage } from '#common/domain';

/** The rules of WIRE.md, over all messages at once. */
export function rocketOf(messages: readonly RocketMessage[]) {
  let speed = 0;
  let mission = '';
  let explodedReason = '';
  for (const { event } of messages.toSorted((a, b) => a.number - b.number)) {
    if (event.type === 'RocketLaunched') {
      speed += event.launchSpeed;
      mission = event.mission;
    } else if (event.type === 'RocketSpeedIncreased') speed += event.by;
    else if (event.type === 'RocketSpeedDecreased') speed -= event.by;
    else if (event.type === 'RocketMissionChanged') mission = event.newMission;
    else explodedReason = event.reason;
  }
  return { speed, mission, explodedReason };
}
