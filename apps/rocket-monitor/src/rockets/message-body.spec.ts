import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHANNEL_CHARS_MAX, readRocketMessage, ROCKET_TEXT_CHARS_MAX } from '#common/contracts';
import type { RocketMessage } from '#common/domain';
import { ValidationException } from '#common/platform';
import { checkedMessage, messageByDto } from './message-body.js';

type Fields = Record<string, unknown>;

const LARGEST = Number.MAX_SAFE_INTEGER;
const RUNS = 4_000;

const numbers = fc.oneof(
  fc.maxSafeInteger(),
  fc.constantFrom(LARGEST, -LARGEST, LARGEST + 1, -LARGEST - 1, 1, 0, -0, -1, 0.5, 1e21, Infinity),
);
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('', '\0', 'a\0b', '\ud800', 'a\udfffb', '\udc00\ud800', '😀', '1', '1e3'),
  fc
    .tuple(fc.constantFrom('x', '😀', 'ä'), fc.constantFrom(CHANNEL_CHARS_MAX, 1_024), fc.nat(2))
    .map(([char, count, more]) => char.repeat(count + more - 1)),
);
const channels = fc.oneof(
  fc.uuid(),
  texts,
  fc.constantFrom(
    'a-processed',
    'processed',
    'latest_update_timestamp',
    'bull:a',
    'perigee:',
    '__proto__',
  ),
);

const two = (max: number) => fc.nat(max).map((value) => String(value).padStart(2, '0'));
const times = fc
  .record({
    year: fc.oneof(
      fc.constantFrom('2022', '2024', '1900', '0000', '22'),
      fc.integer({ min: 1_600, max: 2_300 }),
    ),
    date: fc.tuple(two(13), two(32)).map((parts) => parts.join('-')),
    mark: fc.constantFrom('T', 'T', 'T', 'T', ' ', 't'),
    clock: fc.tuple(two(24), two(60), two(60)).map((parts) => parts.join(':')),
    fraction: fc.oneof(
      fc.constantFrom('', '.', ',5'),
      fc.nat(9_999_999_999).map((digits) => `.${digits}`),
    ),
    offset: fc.oneof(
      fc.constantFrom('Z', 'Z', '', 'z', '+0100', '+01', 'Z '),
      fc
        .tuple(fc.constantFrom('+', '-'), two(24), two(60))
        .map(([sign, ...parts]) => sign + parts.join(':')),
    ),
  })
  .map(
    ({ year, date, mark, clock, fraction, offset }) =>
      `${year}-${date}${mark}${clock}${fraction}${offset}`,
  );

const payloads: Readonly<Record<string, fc.Arbitrary<Fields>>> = {
  RocketLaunched: fc.record({ type: texts, launchSpeed: numbers, mission: texts }),
  RocketSpeedIncreased: fc.record({ by: numbers }),
  RocketSpeedDecreased: fc.record({ by: numbers }),
  RocketExploded: fc.record({ reason: texts }),
  RocketMissionChanged: fc.record({ newMission: texts }),
};
const types = fc.constantFrom(...Object.keys(payloads));

/** A body of the right shape: each of its values fits, or nearly. */
const shaped = types.chain((messageType) =>
  fc.record({
    metadata: fc.record({
      channel: channels,
      messageNumber: fc.oneof(fc.integer({ min: 1, max: 9_999 }), numbers),
      messageTime: fc.oneof(fc.constant('2022-02-02T19:39:05.86337+01:00'), times),
      messageType: fc.constant(messageType),
    }),
    message: payloads[messageType]!,
  }),
) as fc.Arbitrary<Fields>;

const FIELDS =
  'metadata message channel messageNumber messageTime messageType type by launchSpeed mission ' +
  'reason newMission version 0 length __proto__ constructor toString hasOwnProperty valueOf';
const names = fc.constantFrom('', ...FIELDS.split(' '));
const values = fc.oneof(
  numbers,
  texts,
  times,
  types,
  fc.constantFrom(null, true, false, 'RocketLanded', 'constructor', '__proto__'),
  ...Object.values(payloads),
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<unknown>,
);

/** One thing that is done to a body: in itself, in its metadata or in its message. */
const changes = fc.record({
  at: fc.constantFrom<'' | 'metadata' | 'message'>('', 'metadata', 'message'),
  kind: fc.constantFrom<'set' | 'remove' | 'wrap'>('set', 'set', 'remove', 'wrap'),
  name: names,
  value: values,
});
type Change = typeof changes extends fc.Arbitrary<infer T> ? T : never;

function changed(body: Fields, { at, kind, name, value }: Change): unknown {
  const part = at === '' ? body : body[at];
  if (kind === 'wrap') {
    if (at === '') return [body];
    body[at] = [part];
  } else if (typeof part === 'object' && part !== null) {
    if (kind === 'remove') Reflect.deleteProperty(part, name);
    // As JSON.parse does: an own field, also under a name that every object inherits.
    else Object.defineProperty(part, name, { ...OWN, value });
  }
  return body;
}

const OWN = { enumerable: true, configurable: true, writable: true } as const;

const bodies: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: shaped },
  {
    weight: 8,
    arbitrary: fc.tuple(shaped, changes).map(([body, change]) => changed(body, change)),
  },
  { weight: 1, arbitrary: fc.jsonValue() },
);

/** What the DTO makes of a body: the message, or null where it refuses it. */
async function byDto(body: unknown): Promise<RocketMessage | null> {
  try {
    return await messageByDto(body);
  } catch (fault) {
    if (fault instanceof ValidationException) return null;
    throw fault;
  }
}

describe('a message that is read by hand', () => {
  it('is taken, refused and understood as its DTO says', async () => {
    let [takenCount, refusedCount] = [0, 0];
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        // As JSON.parse makes them: the generator leaves the prototype out of some.
        const [given, other] = [structuredClone(body), structuredClone(body)];
        const message = await byDto(other);

        expect(readRocketMessage(given)).toStrictEqual(message);
        if (message === null) refusedCount += 1;
        else takenCount += 1;
      }),
      { numRuns: RUNS },
    );
    // The generator makes enough of both.
    expect(Math.min(takenCount, refusedCount)).toBeGreaterThan(RUNS / 20);
  });

  it('has fields of its own: inherited ones are none', async () => {
    const [body] = fc.sample(shaped, 1);
    const heir = Object.assign(Object.create(body!) as object, { a: 1, b: 2 });

    expect(readRocketMessage(heir)).toBeNull();
    await expect(checkedMessage(heir)).rejects.toThrow(ValidationException);
  });

  it.each([undefined, null, 'text', 5, [], {}])(
    'is refused by its DTO where it is %j',
    async (body) => {
      expect(readRocketMessage(body)).toBeNull();
      await expect(checkedMessage(body)).rejects.toThrow(ValidationException);
    },
  );

  it.each([
    ['x', ROCKET_TEXT_CHARS_MAX, true],
    ['x', ROCKET_TEXT_CHARS_MAX + 1, false],
    ['😀', ROCKET_TEXT_CHARS_MAX, true],
    ['😀', ROCKET_TEXT_CHARS_MAX + 1, false],
  ])('counts the characters of "%s" times %i', (char, count, isTaken) => {
    const metadata = {
      channel: 'c',
      messageNumber: 1,
      messageTime: '2022-02-02T19:39:05Z',
      messageType: 'RocketMissionChanged',
    };
    const message = readRocketMessage({ metadata, message: { newMission: char.repeat(count) } });
    expect(message !== null).toBe(isTaken);
  });
});
