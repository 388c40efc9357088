import { readMessageTime, type RocketEvent, type RocketMessage } from '#common/domain';
import type {
  RocketExplodedPayloadDto,
  RocketLaunchedPayloadDto,
  RocketMessageDto,
  RocketMissionPayloadDto,
  RocketSpeedPayloadDto,
} from './rocket-message.dto.js';

/** From the wire to the domain; the body must have passed its checks. */
export function toRocketMessage(body: RocketMessageDto): RocketMessage {
  const { channel, messageNumber, messageTime } = body.metadata;
  const time = readMessageTime(messageTime);
  if (time === null) throw new Error('A message was not checked before it was read.');
  return { channel, number: messageNumber, time, event: toEvent(body) };
}

function toEvent({ metadata: { messageType }, message }: RocketMessageDto): RocketEvent {
  switch (messageType) {
    case 'RocketLaunched': {
      const { type: model, launchSpeed, mission } = message as RocketLaunchedPayloadDto;
      return { type: messageType, model, launchSpeed, mission };
    }
    case 'RocketSpeedIncreased':
    case 'RocketSpeedDecreased':
      return { type: messageType, by: (message as RocketSpeedPayloadDto).by };
    case 'RocketExploded':
      return { type: messageType, reason: (message as RocketExplodedPayloadDto).reason };
    case 'RocketMissionChanged':
      return {
        type: messageType,
        newMission: (message as RocketMissionPayloadDto).newMission,
      };
    default:
      return messageType satisfies never;
  }
}
