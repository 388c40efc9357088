import { readMessageTime, type RocketArrival, type RocketEvent } from '#common/domain';

export const LAUNCH: RocketEvent = {
  type: 'RocketLaunched',
  model: 'Falcon-9',
  launchSpeed: 500,
  mission: 'ARTEMIS',
};
const TIME = '2022-02-02T19:39:05.86337+01:00';

let lastReceivedAt = 1_700_000_000_000_000;

/** Comes after all that were made before. */
export function message(
  channel: string,
  number: number,
  event: RocketEvent,
  text = TIME,
): RocketArrival {
  const time = readMessageTime(text);
  if (time === null) throw new Error(`${text} is no time`);
  lastReceivedAt += 1;
  return { channel, number, time, event, receivedAt: lastReceivedAt };
}

export const faster = (channel: string, number: number, by = 500): RocketArrival =>
  message(channel, number, { type: 'RocketSpeedIncreased', by });
