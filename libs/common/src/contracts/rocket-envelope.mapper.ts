import type { RocketEvent, RocketMessage } from '#common/domain';
import type { RocketMessageDto, RocketPayloadDto } from './rocket-message.dto.js';

/** From the domain to the wire: the very body that `POST /messages` takes, for whoever sends it on. */
export const toRocketEnvelope = (message: RocketMessage): RocketMessageDto => ({
  metadata: {
    channel: message.channel,
    messageNumber: message.number,
    messageTime: message.time.text,
    messageType: message.event.type,
  },
  message: payloadOf(message.event),
});

function payloadOf(event: RocketEvent): RocketPayloadDto {
  switch (event.type) {
    case 'RocketLaunched':
      return { type: event.model, launchSpeed: event.launchSpeed, mission: event.mission };
    case 'RocketSpeedIncreased':
    case 'RocketSpeedDecreased':
      return { by: event.by };
    case 'RocketExploded':
      return { reason: event.reason };
    case 'RocketMissionChanged':
      return { newMission: event.newMission };
    default:
      return event satisfies never;
  }
}
