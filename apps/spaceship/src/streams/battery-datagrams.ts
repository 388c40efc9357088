import { encodeBatteryPacket, encodeBatteryText, encodeClosingPacket } from '#common/contracts';
import {
  type BatteryReading,
  type BatteryState,
  type Instant,
  MICROS_PER_MILLISECOND,
  newBatteries,
  readBattery,
  stepBattery,
} from '#common/domain';
import type { FlightPlan } from '../faults/flight-plan.js';

type DatagramPlan = Pick<FlightPlan, 'format' | 'apid' | 'batteryCount' | 'seed'>;

/** Makes the datagrams of one stream, each `periodSeconds` of battery life after the one before. */
export abstract class BatteryDatagrams {
  protected readonly batteries: BatteryState[];

  constructor({ seed, batteryCount }: DatagramPlan) {
    this.batteries = newBatteries(seed, batteryCount);
  }

  /** `sequence` counts from 1. */
  abstract make(sequence: number, generatedAt: Instant): Buffer;
  /** What tells the receiver that the stream is over; empty where the format has no such datagram. */
  abstract makeClosing(lastSequence: number, generatedAt: Instant): Buffer[];
  /** From the next one on. Without effect where the format has no APID. */
  abstract useApid(apid: number): void;

  /** Reads a battery, then lets time pass for it. */
  protected read(battery: number, seconds: number): BatteryReading {
    const state = this.batteries[battery];
    if (state === undefined) throw new RangeError(`The ship has no battery ${battery}`);
    this.batteries[battery] = stepBattery(state, seconds);
    return readBattery(state);
  }
}

/** With a key each packet is signed; texts never are. */
export function batteryDatagrams(
  plan: DatagramPlan,
  periodSeconds: number,
  key: Buffer | null = null,
): BatteryDatagrams {
  const { format, apid } = plan;
  if (format === 'json') return new TextDatagrams(plan, periodSeconds);
  if (apid === null) throw new RangeError('Packets need an APID');
  return new PacketDatagrams(plan, periodSeconds, apid, key);
}

/** The batteries take turns, one per datagram. Whole volts, as the original ship sends. */
class TextDatagrams extends BatteryDatagrams {
  constructor(
    plan: DatagramPlan,
    private readonly periodSeconds: number,
  ) {
    super(plan);
  }

  make(sequence: number, generatedAt: Instant): Buffer {
    const count = this.batteries.length;
    const { volts } = this.read((sequence - 1) % count, this.periodSeconds * count);
    return Buffer.from(encodeBatteryText({ generatedAt, volts: Math.round(volts) }));
  }

  makeClosing(): Buffer[] {
    return [];
  }

  useApid(): void {}
}

/** Three, since any of them may be lost. */
const CLOSING_PACKETS = 3;

/** Every packet carries all batteries. */
class PacketDatagrams extends BatteryDatagrams {
  constructor(
    plan: DatagramPlan,
    private readonly periodSeconds: number,
    private apid: number,
    private readonly key: Buffer | null,
  ) {
    super(plan);
  }

  make(sequence: number, generatedAt: Instant): Buffer {
    const records = this.batteries.map((_, battery) => ({
      battery,
      ...this.read(battery, this.periodSeconds),
    }));
    const generatedAtMs = Math.floor(generatedAt / MICROS_PER_MILLISECOND);
    return encodeBatteryPacket({ apid: this.apid, sequence, generatedAtMs, records }, this.key);
  }

  makeClosing(lastSequence: number, generatedAt: Instant): Buffer[] {
    const generatedAtMs = Math.floor(generatedAt / MICROS_PER_MILLISECOND);
    const packet = encodeClosingPacket(this.apid, lastSequence, generatedAtMs, this.key);
    return Array.from({ length: CLOSING_PACKETS }, () => packet);
  }

  useApid(apid: number): void {
    this.apid = apid;
  }
}
