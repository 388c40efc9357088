import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBatteryPacket, decodeBatteryText } from '#common/contracts';
import { batteryDatagrams } from './battery-datagrams.js';
import type { StreamPlan } from './stream-plan.js';

const plan = (changes: Partial<StreamPlan> = {}): StreamPlan => ({
  target: { host: '127.0.0.1', port: 41_001, family: 'ipv4' },
  shipName: null,
  format: 'json',
  apid: null,
  intervalSeconds: 1,
  batteryCount: 1,
  seed: 7,
  until: null,
  faults: null,
  epoch: null,
  count: null,
  ...changes,
});
const packets = plan({ format: 'ccsds', apid: 200, batteryCount: 4 });
const AT = 1_700_000_000_123_456;

describe('the datagrams of a ship', () => {
  it('carry one whole voltage from 5 to 30 in json, whatever the seed and the pace', () => {
    const period = fc.double({ min: 0.0001, max: 100, noNaN: true });
    fc.assert(
      fc.property(
        fc.maxSafeNat(),
        period,
        fc.integer({ min: 1, max: 32 }),
        (seed, seconds, batteryCount) => {
          const datagrams = batteryDatagrams(plan({ seed, batteryCount }), seconds);
          for (let sequence = 1; sequence <= 20; sequence++) {
            const text = decodeBatteryText(datagrams.make(sequence, AT));
            expect(text).toMatchObject({ kind: 'reading', generatedAt: AT });
            if (text.kind !== 'reading') continue;
            expect(Number.isInteger(text.volts)).toBe(true);
            expect(text.volts).toBeGreaterThanOrEqual(5);
            expect(text.volts).toBeLessThanOrEqual(30);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('carry all batteries in every packet in ccsds', () => {
    const decoded = decodeBatteryPacket(batteryDatagrams(packets, 1).make(70_000, AT));

    expect(decoded).toMatchObject({
      kind: 'battery',
      packet: { apid: 200, sequence: 70_000, generatedAtMs: 1_700_000_000_123 },
    });
    const records = decoded.kind === 'battery' ? decoded.packet.records : [];
    expect(records.map(({ battery }) => battery)).toEqual([0, 1, 2, 3]);
  });

  it('are the same bytes for the same seed', () => {
    const [one, two] = [batteryDatagrams(packets, 1), batteryDatagrams(packets, 1)];
    const other = batteryDatagrams({ ...packets, seed: 8 }, 1);

    for (const sequence of [1, 2, 3]) {
      const bytes = one.make(sequence, AT);
      expect(two.make(sequence, AT)).toEqual(bytes);
      expect(other.make(sequence, AT)).not.toEqual(bytes);
    }
  });

  it('end with three closing packets in ccsds, with nothing in json', () => {
    const closing = batteryDatagrams(packets, 1).makeClosing(9, AT);

    expect(closing.map(decodeBatteryPacket)).toEqual(
      Array.from({ length: 3 }, () => ({ kind: 'closing', apid: 200, lastSequence: 9 })),
    );
    expect(batteryDatagrams(plan(), 1).makeClosing(9, AT)).toEqual([]);
  });
});
