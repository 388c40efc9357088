import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { toRocketEnvelope } from './rocket-envelope.mapper.js';
import { RocketMessageDto, type RocketMessageType } from './rocket-message.dto.js';
import { toRocketMessage } from './rocket-message.mapper.js';

const PAYLOADS: readonly (readonly [RocketMessageType, object])[] = [
  ['RocketLaunched', { type: 'Falcon-9', launchSpeed: -500, mission: '' }],
  ['RocketSpeedIncreased', { by: Number.MAX_SAFE_INTEGER }],
  ['RocketSpeedDecreased', { by: 0 }],
  ['RocketExploded', { reason: '__proto__' }],
  ['RocketMissionChanged', { newMission: 'é"\\\n\u{1F680}' }],
];

describe('the envelope of a rocket message', () => {
  it.each(PAYLOADS)('of type %s is the one that came', (messageType, message) => {
    const metadata = {
      channel: 'constructor',
      messageNumber: Number.MAX_SAFE_INTEGER,
      messageTime: '2022-02-02T19:39:05.123456789+01:00',
      messageType,
    };
    const body = plainToInstance(RocketMessageDto, { metadata, message });
    const envelope = toRocketEnvelope(toRocketMessage(body));

    expect(JSON.stringify(envelope)).toBe(JSON.stringify({ metadata, message }));
    const again = plainToInstance(RocketMessageDto, envelope);
    expect(validateSync(again, { whitelist: true, forbidNonWhitelisted: true })).toEqual([]);
    expect(toRocketMessage(again)).toEqual(toRocketMessage(body));
  });
});
