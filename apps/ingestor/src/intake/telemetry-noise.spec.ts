import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contactKey, encodeClosingPacket } from '#common/contracts';
import type { Reception } from '../receptions/reception.js';
import type { Datagram } from '../udp/udp.events.js';
import { datagram } from './testing/datagrams.js';
import { IntakeUnderTest } from './testing/intake-under-test.js';
import { Noise } from './testing/noise.js';

/** `TELEMETRY_FUZZ=5000000` takes some minutes. */
const DATAGRAMS = Number(process.env['TELEMETRY_FUZZ'] ?? 200_000);
const DEADLINE_MS = 60_000 + DATAGRAMS;
const BATCH = 256;
const SECRET = 'a master secret that nobody else knows';
const TEXT_PORT = 21_000;

describe('TelemetryIntake, of noise', () => {
  let intake: IntakeUnderTest;
  let receptions: Reception[];

  afterEach(() => intake.close());

  async function open(secret: string | null): Promise<void> {
    intake = await IntakeUnderTest.start(secret);
    receptions = [
      await intake.receive(1, { apid: 1 }),
      await intake.receive(2, { apid: 2 }),
      await intake.receive(3, { port: TEXT_PORT }),
    ];
  }

  /** Takes so many, and gives back how many of them are told to an account or counted as strays. */
  async function takeAll(count: number, make: (nr: number) => Datagram): Promise<number> {
    for (let nr = 0; nr < count; nr += BATCH) {
      const size = Math.min(BATCH, count - nr);
      intake.take(...Array.from({ length: size }, (_, at) => make(nr + at)));
      // The writer has its turn.
      await Promise.resolve();
    }
    return explained();
  }

  function explained(): number {
    const strays = Object.values(intake.strays.get()).reduce((sum, n) => sum + n, 0);
    return receptions.reduce((sum, { account }) => {
      const { received, good, duplicates, corrupt, control, shed, rejected } = account.counts();
      const rejects = Object.values(rejected).reduce((a, b) => a + b, 0);
      expect(received).toBe(good + duplicates + corrupt + control + shed + rejects);
      return sum + received;
    }, strays);
  }

  describe('without keys', () => {
    beforeEach(() => open(null));

    it(
      'explains every damaged, cut, impossible or random datagram, and stores none',
      async () => {
        const noise = new Noise(1);
        // The ports of both are known, so that damage is told to someone.
        intake.take(datagram(noise.good(1), 5_001), datagram(noise.good(2), 5_002));
        const before = await intake.stored();
        const makers = [
          () => noise.bytes(700),
          () => noise.damaged(1 + noise.below(3)),
          () => noise.cut(1 + noise.below(3)),
          () => noise.impossible(1 + noise.below(3)),
        ];
        const count = await takeAll(DATAGRAMS, (nr) =>
          datagram(makers[nr % makers.length]!(), 5_000 + noise.below(4)),
        );

        expect(count).toBe(DATAGRAMS + 2);
        expect(await intake.stored()).toEqual(before);
      },
      DEADLINE_MS,
    );

    it('explains every text that is none, and stores none', async () => {
      const noise = new Noise(2);
      const count = 20_000;
      const pieces = ['{', '}', '"timestamp"', ':', ',', '"value"', '1e999', 'null', '[', '"V"'];
      for (let nr = 0; nr < count; nr += 1) {
        const text = Array.from({ length: noise.below(30) }, () => pieces[noise.below(10)]).join(
          '',
        );
        const data = nr % 2 === 0 ? noise.bytes(1_100) : Buffer.from(text);
        intake.takeAt(TEXT_PORT, datagram(data));
      }

      expect(explained()).toBe(count);
      expect((await intake.stored()).blocks).toEqual([]);
    });
  });

  describe('with keys', () => {
    beforeEach(() => open(SECRET));

    it(
      'believes nobody who has no key, whatever was changed',
      async () => {
        const key = contactKey(SECRET, receptions[0]!.contactId);
        const [signed, unsigned] = [new Noise(3, key), new Noise(4)];
        const makers = [
          () => signed.forged(1),
          () => unsigned.good(1),
          () => unsigned.forged(2),
          () => signed.good(2),
          () => encodeClosingPacket(1, signed.below(1_000), 0),
          () => signed.damaged(1),
          () => signed.cut(1),
          () => signed.impossible(1),
        ];
        const some = Math.ceil(DATAGRAMS / 4);
        const count = await takeAll(some, (nr) => datagram(makers[nr % makers.length]!()));

        expect(count).toBe(some);
        expect((await intake.stored()).blocks).toEqual([]);
        expect(receptions.map(({ closingSequence }) => closingSequence)).toEqual([
          null,
          null,
          null,
        ]);
        expect(Object.keys(receptions[1]!.account.counts().rejected).toSorted()).toEqual([
          'unsigned',
          'wrong-tag',
        ]);
      },
      DEADLINE_MS,
    );
  });
});
