import {
  isReservedChannel,
  readMessageTime,
  type RocketEvent,
  type RocketMessage,
} from '#common/domain';
import { CHANNEL_CHARS_MAX } from './rocket-events.js';
import { ROCKET_TEXT_CHARS_MAX } from './rocket-message.dto.js';
import { isText } from './text.decorator.js';

/**
 * What `RocketMessageDto` says, read by hand: its decorators cost more than all else that is done
 * with a message. Null for a body that does not fit; which field is at fault the DTO knows.
 * @param body as JSON was read
 */
export function readRocketMessage(body: unknown): RocketMessage | null {
  if (!hasFields(body, 2) || !hasFields(body['metadata'], 4)) return null;
  const { channel, messageNumber: number, messageTime, messageType } = body['metadata'];
  if (!isText(channel, 1, CHANNEL_CHARS_MAX) || isReservedChannel(channel)) return null;
  if (!isSafeInteger(number) || number < 1 || typeof messageTime !== 'string') return null;

  const time = readMessageTime(messageTime);
  const event = readEvent(messageType, body['message']);
  return time === null || event === null ? null : { channel, number, time, event };
}

function readEvent(type: unknown, payload: unknown): RocketEvent | null {
  switch (type) {
    case 'RocketLaunched':
      return readLaunch(payload);
    case 'RocketSpeedIncreased':
    case 'RocketSpeedDecreased':
      return hasFields(payload, 1) && isSafeInteger(payload['by'])
        ? { type, by: payload['by'] }
        : null;
    case 'RocketExploded':
      return hasFields(payload, 1) && isText(payload['reason'], 1, ROCKET_TEXT_CHARS_MAX)
        ? { type, reason: payload['reason'] }
        : null;
    case 'RocketMissionChanged':
      return hasFields(payload, 1) && isText(payload['newMission'], 0, ROCKET_TEXT_CHARS_MAX)
        ? { type, newMission: payload['newMission'] }
        : null;
    default:
      return null;
  }
}

function readLaunch(payload: unknown): RocketEvent | null {
  if (!hasFields(payload, 3)) return null;
  const { type: model, launchSpeed, mission } = payload;
  return isText(model, 0, ROCKET_TEXT_CHARS_MAX) &&
    isSafeInteger(launchSpeed) &&
    isText(mission, 0, ROCKET_TEXT_CHARS_MAX)
    ? { type: 'RocketLaunched', model, launchSpeed, mission }
    : null;
}

/**
 * An object with so many fields of its own. Whoever then finds that many known ones in it knows all,
 * since no known one has a name that every object inherits.
 */
const hasFields = (value: unknown, count: number): value is Record<string, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  Object.getPrototypeOf(value) === Object.prototype &&
  Object.keys(value).length === count;

const isSafeInteger = (value: unknown): value is number => Number.isSafeInteger(value);
