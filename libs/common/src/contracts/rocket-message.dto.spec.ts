import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { CHANNEL_CHARS_MAX } from './rocket-events.js';
import { ROCKET_TEXT_CHARS_MAX, RocketMessageDto } from './rocket-message.dto.js';
import { toRocketMessage } from './rocket-message.mapper.js';

const LAUNCH = { type: 'Falcon-9', launchSpeed: 500, mission: 'ARTEMIS' };

const body = (metadata: object = {}, message: unknown = LAUNCH, more: object = {}): object => ({
  metadata: {
    channel: '193270a9-c9cf-404a-8f83-838e71d9ae67',
    messageNumber: 1,
    messageTime: '2022-02-02T19:39:05.86337+01:00',
    messageType: 'RocketLaunched',
    ...metadata,
  },
  message,
  ...more,
});

const speed = (by: unknown): object => body({ messageType: 'RocketSpeedIncreased' }, { by });

/** The fields at fault, as paths. */
function faults(given: unknown): string[] {
  const dto = plainToInstance(RocketMessageDto, given);
  return pathsOf(validateSync(dto, { whitelist: true, forbidNonWhitelisted: true }));
}

const pathsOf = (errors: readonly ValidationError[], parent = ''): string[] =>
  errors.flatMap(({ property, constraints, children = [] }) => [
    ...(constraints ? [parent + property] : []),
    ...pathsOf(children, `${parent}${property}.`),
  ]);

describe('a rocket message', () => {
  it.each([
    ['RocketLaunched', LAUNCH, { ...LAUNCH, type: 'RocketLaunched', model: 'Falcon-9' }],
    ['RocketSpeedIncreased', { by: 3_000 }, { type: 'RocketSpeedIncreased', by: 3_000 }],
    ['RocketSpeedDecreased', { by: 2_500 }, { type: 'RocketSpeedDecreased', by: 2_500 }],
    ['RocketExploded', { reason: 'X' }, { type: 'RocketExploded', reason: 'X' }],
    [
      'RocketMissionChanged',
      { newMission: 'Y' },
      { type: 'RocketMissionChanged', newMission: 'Y' },
    ],
  ])('of type %s is taken and read', (messageType, message, event) => {
    const given = body({ messageType }, message);

    expect(faults(given)).toEqual([]);
    expect(toRocketMessage(plainToInstance(RocketMessageDto, given))).toMatchObject({
      channel: '193270a9-c9cf-404a-8f83-838e71d9ae67',
      number: 1,
      time: { text: '2022-02-02T19:39:05.86337+01:00' },
      event,
    });
  });

  it.each([
    speed(0),
    speed(-500),
    speed(Number.MAX_SAFE_INTEGER),
    speed(-Number.MAX_SAFE_INTEGER),
    body({ messageNumber: Number.MAX_SAFE_INTEGER }),
    body({ channel: 'constructor' }),
    body({ channel: 'x'.repeat(CHANNEL_CHARS_MAX) }),
    body({ messageTime: '2022-02-02T18:39:05.123456789Z' }),
    body({}, { ...LAUNCH, mission: '' }),
  ])('is taken at the edge of what is allowed: %j', (given) => {
    expect(faults(given)).toEqual([]);
  });

  it.each([
    [body({ messageNumber: 0 }), 'metadata.messageNumber'],
    [body({ messageNumber: -1 }), 'metadata.messageNumber'],
    [body({ messageNumber: 1.5 }), 'metadata.messageNumber'],
    [body({ messageNumber: '1' }), 'metadata.messageNumber'],
    [body({ messageNumber: 2 ** 53 }), 'metadata.messageNumber'],
    [body({ messageNumber: null }), 'metadata.messageNumber'],
    [body({ messageTime: '2022-02-02T19:39:05' }), 'metadata.messageTime'],
    [body({ messageTime: 1_643_827_145 }), 'metadata.messageTime'],
    [body({ messageType: 'RocketLanded' }), 'metadata.messageType'],
    [body({ messageType: 'constructor' }), 'metadata.messageType'],
    [body({ messageType: ['RocketLaunched'] }), 'metadata.messageType'],
    [body({ channel: '' }), 'metadata.channel'],
    [body({ channel: 7 }), 'metadata.channel'],
    [body({ channel: 'x'.repeat(CHANNEL_CHARS_MAX + 1) }), 'metadata.channel'],
    [body({ channel: 'latest_update_timestamp' }), 'metadata.channel'],
    [body({ channel: 'falcon-processed' }), 'metadata.channel'],
    [body({ channel: 'bull:starts:delayed' }), 'metadata.channel'],
    [body({ channel: 'perigee:rockets' }), 'metadata.channel'],
    [body({ sender: 'me' }), 'metadata.sender'],
    [body({}, LAUNCH, { version: 2 }), 'version'],
    [body({}, { ...LAUNCH, crew: 3 }), 'message.crew'],
    [body({}, { ...LAUNCH, launchSpeed: 0.5 }), 'message.launchSpeed'],
    [body({}, { ...LAUNCH, type: 'x'.repeat(ROCKET_TEXT_CHARS_MAX + 1) }), 'message.type'],
    [body({}, { type: 'Falcon-9', launchSpeed: 500 }), 'message.mission'],
    [body({ messageType: 'RocketExploded' }, { reason: '' }), 'message.reason'],
    [speed('500'), 'message.by'],
    [speed(2 ** 53), 'message.by'],
    [speed(-(2 ** 53)), 'message.by'],
    [speed(null), 'message.by'],
    [{ ...body(), message: undefined }, 'message'],
    [body({}, null), 'message'],
    [body({}, 'fast'), 'message'],
    [body({}, [LAUNCH]), 'message'],
    [{ metadata: 'falcon', message: LAUNCH }, 'metadata'],
    [{ message: LAUNCH }, 'metadata'],
    [{}, 'metadata'],
  ])('is refused, with its field named: %j', (given, field) => {
    expect(faults(given)).toEqual([field]);
  });

  it('is refused with a list where an object belongs', () => {
    const { metadata } = body() as { metadata: object };

    expect(faults({ metadata: [metadata], message: LAUNCH })).toContain('metadata');
  });

  it('is refused with the payload of another type', () => {
    expect(faults(body({ messageType: 'RocketExploded' }, { by: 5 }))).toEqual([
      'message.by',
      'message.reason',
    ]);
  });
});
