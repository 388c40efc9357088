import { randomUUID } from 'node:crypto';
import { contentOf, type RocketArrival, type RocketEvent } from '#common/domain';

type Argument = string | number;

/**
 * A message as the script wants it: channel, number in 16 digits, instant of arrival, instant and
 * nanoseconds of its time, content; then the speed to add, or a kind and four more: text, mission of a
 * launch, the speed to add, and the id of the event that it may cause. A safe integer is written as its
 * decimal digits.
 */
export function pushArguments(args: Argument[], arrival: RocketArrival): void {
  const { channel, number, receivedAt, time, event } = arrival;
  const { instant, nanoseconds } = time;
  args.push(channel, padded(number), receivedAt, instant, nanoseconds, contentOf(arrival));
  pushEvent(args, event);
}

/** All numbers are of one length, so that their order by text is the one by number. */
const padded = (number: number): string => String(number).padStart(16, '0');

function pushEvent(args: Argument[], event: RocketEvent): void {
  switch (event.type) {
    case 'RocketSpeedIncreased':
      args.push(event.by);
      return;
    case 'RocketSpeedDecreased':
      args.push(-event.by);
      return;
    case 'RocketLaunched':
      args.push('launched', event.model, event.mission, event.launchSpeed, randomUUID());
      return;
    case 'RocketExploded':
      args.push('exploded', event.reason, '', '', randomUUID());
      return;
    case 'RocketMissionChanged':
      args.push('mission', event.newMission, '', '', randomUUID());
      return;
    default:
      event satisfies never;
  }
}
