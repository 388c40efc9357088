import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createSpaceship } from '../apps/spaceship/src/spaceship.app.js';
import { SpaceshipConfig } from '../apps/spaceship/src/spaceship.config.js';
import type { ContactReport } from '#common/contracts';
import { faultyContact, GOOD } from './support/faulty-contact.js';
import { ask, type OpenCommand, opening, openReception, reportOf } from './support/ingestor.js';
import { IngestorUnderTest, listening, type Row } from './support/ingestor-under-test.js';
import { FakeShip } from './support/ship.js';
import { until } from './support/until.js';

const SHIP = 'USS Enterprise';
/** Longer than any of these tests. */
const CONTACT_SECONDS = 600;
const NO_STREAMS = { number_of_active_streams: 0 };
const AS_FAST_AS_MAY_BE = { format: 'ccsds', interval: 0 } as const;
const SECRET_OF_FIRST = { TELEMETRY_SECRET: 'first '.repeat(6) };
const SECRET_OF_SECOND = { TELEMETRY_SECRET: 'second '.repeat(6) };

/** What a real ship is asked for; it ends by itself. */
const FAULTY = {
  format: 'ccsds',
  interval: 0.004,
  batteries: 3,
  seed: 7,
  count: 150,
  faults: { loss: 0.05, duplicate: 0.05, reorder: { probability: 0.1, depth: 5 } },
} as const;

describe('a stored contact as a ship', () => {
  let ship: FakeShip;
  let ingestor: IngestorUnderTest;
  let first: ContactReport;
  let samples: Row[];

  beforeAll(async () => {
    ship = new FakeShip();
    await ship.start();
    ingestor = await IngestorUnderTest.start(ship.url);
    first = await faultyContact(ingestor, ship, SHIP);
    samples = await ingestor.samplesOf(SHIP);
  });

  afterAll(async () => {
    await ingestor.close();
    await ship.close();
  });

  let second: IngestorUnderTest;

  afterEach(() => second.close());

  /** A second ingestor holds a contact with a recording of the first. */
  async function hold(
    contactId: string,
    command: OpenCommand,
    from = ingestor,
  ): Promise<ContactReport> {
    second = await IngestorUnderTest.start(`${from.url}/replays/${contactId}`, SECRET_OF_SECOND);
    await openReception(second.bus, command);
    await second.streams({ contact_id: command.contact_id });
    // Whoever is stopped sends no more: all of it must be on its way.
    await until(async () =>
      expect(await from.get(`/replays/${contactId}/stream`)).toEqual(NO_STREAMS),
    );
    return second.stop(command);
  }

  it('gives another ingestor the same numbers and the same samples', async () => {
    const report = await hold(
      first.contact_id,
      opening(CONTACT_SECONDS, AS_FAST_AS_MAY_BE, { ship_name: SHIP }),
    );

    expect(report).toMatchObject({
      closed: true,
      accounting: 'sequence',
      first_sequence: first.first_sequence,
      last_sequence: first.last_sequence,
      datagrams: { good: GOOD.length, duplicates: 0, corrupt: 0, late: 0, control: 3 },
      numbers: {
        expected: first.numbers.expected,
        good: first.numbers.good,
        missing: first.numbers.missing,
        missing_ranges: first.numbers.missing_ranges.map((range) => ({
          ...range,
          cause: 'lost',
        })),
      },
      samples_stored: first.samples_stored,
    });
    expect(said(await second.samplesOf(SHIP))).toEqual(said(samples));
  });

  it('gives a contact without numbers once more, too', async () => {
    const command = opening(CONTACT_SECONDS, { format: 'json' }, { ship_name: 'Voyager' });
    const stream = await ingestor.begin(ship, command);
    for (let nr = 1; nr <= 20; nr += 1) await ship.send(stream, [ship.text(nr)]);
    const told = await ingestor.end(command, stream, 25);
    expect(told.numbers).toMatchObject({ expected: 25, good: 20, missing: 5 });
    const again = await hold(
      command.contact_id,
      opening(CONTACT_SECONDS, { format: 'json', interval: 0 }, { ship_name: 'Voyager' }),
    );

    expect(again).toMatchObject({ accounting: 'totals', closed: told.closed });
    expect(again.numbers).toEqual(told.numbers);
    expect(said(await second.samplesOf('Voyager'))).toEqual(
      said(await ingestor.samplesOf('Voyager')),
    );
  });

  it('plays a real ship with faults to whoever asks with another key', async () => {
    const real = await createSpaceship(
      Object.assign(new SpaceshipConfig(), { LOG_LEVEL: 'silent' }),
    );
    const holder = await IngestorUnderTest.start(await listening(real), SECRET_OF_FIRST);
    try {
      const command = opening(CONTACT_SECONDS, FAULTY, { ship_name: SHIP });
      await openReception(holder.bus, command);
      await holder.streams({ contact_id: command.contact_id });
      await until(async () =>
        expect((await ask(real).get('/stream/').expect(200)).body).toEqual(NO_STREAMS),
      );
      const told = await holder.stop(command);
      expect(told).toMatchObject({ closed: true, last_sequence: FAULTY.count });
      for (const count of [told.datagrams.duplicates, told.numbers.missing])
        expect(count).toBeGreaterThan(0);

      const asShip = opening(CONTACT_SECONDS, AS_FAST_AS_MAY_BE, { ship_name: SHIP });
      const again = await hold(command.contact_id, asShip, holder);
      expect(again).toMatchObject({ closed: true, datagrams: { duplicates: 0, rejected: {} } });
      expect(spans(again)).toEqual(spans(told));
      const { expected, good, missing } = told.numbers;
      expect(again.numbers).toMatchObject({ expected, good, missing });
      const kept = said(await holder.samplesOf(SHIP));
      expect(kept).toHaveLength(told.samples_stored);
      expect(said(await second.samplesOf(SHIP))).toEqual(kept);
    } finally {
      await holder.close();
      await real.close();
    }
  });

  it('fails a contact that is booked in another format', async () => {
    const shipUrl = `${ingestor.url}/replays/${first.contact_id}`;
    second = await IngestorUnderTest.start(shipUrl);
    const command = opening(CONTACT_SECONDS, { format: 'json' });
    await openReception(second.bus, command);

    expect(await reportOf(second.app, command)).toMatchObject({ state: 'failed', closed: false });
    const { body } = await ask(ingestor.app)
      .post(`/replays/${first.contact_id}/stream`)
      .send({ host: '127.0.0.1', port: 10_016, ship_name: SHIP, format: 'json' })
      .expect(400);
    expect(JSON.stringify(body)).toContain('format must be ccsds');
  });
});

/** What is missing, whatever the cause: neighbours with two causes are one. */
function spans({ numbers }: ContactReport): { from: number; to: number }[] {
  const joined: { from: number; to: number }[] = [];
  for (const { from, to } of numbers.missing_ranges) {
    const last = joined.at(-1);
    if (last && last.to + 1 === from) last.to = to;
    else joined.push({ from, to });
  }
  return joined;
}

/** All that the ship said, and nothing of how it was received. */
const said = (all: readonly Row[]): Row[] =>
  all.map((sample) => ({ ...sample, contact_id: null, received_at: null }));
