import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBooking } from './booking.reader.js';
import { bookingByDto } from './bulk-checks.js';

const anything = fc.constantFrom<unknown>(
  undefined,
  null,
  '',
  'a',
  '7',
  '-7',
  7,
  0,
  -1,
  1.5,
  [],
  {},
  true,
);
const orAnything = (values: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 6, arbitrary: values }, { weight: 1, arbitrary: anything });

const bookings = fc.record(
  {
    ship_name: orAnything(
      fc.constantFrom('USS Enterprise', 'x'.repeat(128), 'x'.repeat(129), '\0'),
    ),
    start_time: orAnything(
      fc.constantFrom('2099-01-01T00:00:00.000001+02:00', '2099-02-30T00:00:00Z', '2099-01-01'),
    ),
    duration: orAnything(fc.constantFrom(1, '15', 604_800, 604_801, '1e3')),
    antenna: orAnything(fc.constantFrom('Kiruna', null, 'x'.repeat(129))),
    priority: orAnything(fc.constantFrom(3, -1_000, 1_001)),
    channel: orAnything(fc.constantFrom('rocket 1', '\ud800')),
    stream: orAnything(
      fc.record(
        {
          format: orAnything(fc.constantFrom('json', 'ccsds')),
          interval: orAnything(fc.constantFrom(0.5, 3_600, 3_601)),
          batteries: orAnything(fc.constantFrom(32, 33)),
          seed: fc.constantFrom(7, '7'),
        },
        { requiredKeys: [] },
      ),
    ),
    colour: fc.constant('red'),
  },
  { requiredKeys: ['ship_name', 'start_time', 'duration'] },
);

describe('the reader of bookings', () => {
  it('takes nothing that the DTO refuses, and reads it alike', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(bookings, anything), async (made) => {
        // As JSON has it.
        const body: unknown = made === undefined ? made : JSON.parse(JSON.stringify(made));
        const read = readBooking(body);
        expect(read).toEqual(read && (await bookingByDto(body)));
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    { ship_name: 'a', start_time: '2099-01-01T00:00:00Z', duration: '15' },
    {
      ship_name: 'a',
      start_time: '2099-01-01T00:00:00Z',
      duration: 15,
      antenna: null,
      priority: -3,
      channel: 'rocket 1',
      stream: { format: 'ccsds', interval: 0.1, batteries: 2 },
    },
  ])('takes what is usual: %j', async (body) => {
    const read = readBooking(body);

    expect(read).not.toBeNull();
    expect(JSON.stringify(read?.stream)).toBe(JSON.stringify((await bookingByDto(body)).stream));
  });
});
