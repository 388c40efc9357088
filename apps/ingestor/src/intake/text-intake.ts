import { Injectable } from '@nestjs/common';
import {
  BATTERY_TEXT_BYTES_MAX,
  type DecodedText,
  readBatteryText,
  utf8TextIn,
  type VoltageReading,
} from '#common/contracts';
import { BATTERY_TEXT } from '../packets/battery-text.reader.js';
import type { Reception } from '../receptions/reception.js';
import type { Arrival } from './arrival.js';
import { DatagramAccounts } from './datagram-accounts.js';
import { HotList } from './hot-list.port.js';
import { PacketOutlet } from './packet-outlet.js';
import { Plausibility, TIME_OUT_OF_RANGE } from './plausibility.js';

/** A text tells of one battery, the only one that its ship has. */
const BATTERIES = Uint8Array.of(0);

/** Texts of a contact's own port. They have no number, so the account gives them that of their arrival. */
@Injectable()
export class TextIntake {
  constructor(
    private readonly accounts: DatagramAccounts,
    private readonly outlet: PacketOutlet,
    private readonly hot: HotList,
    private readonly plausibility: Plausibility,
  ) {}

  take(ofPort: Reception | undefined, arrival: Arrival): void {
    const reception = this.accounts.owner(ofPort, arrival, 'unknown_port');
    if (!reception) return;
    reception.noteArrival(arrival.receivedAt, arrival.nowMs);
    const { bytes, start, length } = arrival;
    if (length > BATTERY_TEXT_BYTES_MAX)
      return this.accounts.reject(reception, 'too-long', arrival);
    const text = utf8TextIn(bytes, start, start + length);
    const decoded: DecodedText =
      text === null ? { kind: 'malformed', reason: 'not-utf8' } : readBatteryText(text);
    if (decoded.kind === 'malformed')
      return this.accounts.reject(reception, decoded.reason, arrival);
    if (!this.plausibility.hasTime(decoded.generatedAt))
      return this.accounts.reject(reception, TIME_OUT_OF_RANGE, arrival);
    if (!this.outlet.hasRoomFor(length)) return this.accounts.shed(reception, null, arrival);
    this.#keep(reception, decoded, text!, arrival);
  }

  /** The transport dropped it. */
  shed(reception: Reception | undefined, arrival: Arrival): void {
    if (!reception?.isFrom(arrival.address)) return this.accounts.stray('shed');
    this.accounts.shed(reception, null, arrival);
  }

  #keep(
    reception: Reception,
    { generatedAt, volts }: VoltageReading,
    text: string,
    { bytes, start, length, receivedAt }: Arrival,
  ): void {
    this.outlet.take(reception, {
      definition: BATTERY_TEXT,
      sequence: reception.account.takeUnnumbered(length),
      generatedAt,
      receivedAt,
      bytes,
      start,
      length,
      samples: 1,
      batteries: BATTERIES,
    });
    this.hot.push(reception.shipName, generatedAt, volts, text);
  }
}
