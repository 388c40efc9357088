import { Injectable } from '@nestjs/common';
import { crc16, isSigned, isWholeTelemetry, PacketView, TAG_BYTES } from '#common/contracts';
import { MICROS_PER_MILLISECOND } from '#common/domain';
import { BATTERY, PacketReaders } from '../packets/packet-readers.js';
import type { Reception } from '../receptions/reception.js';
import { DATAGRAM_BYTES_MAX } from '../udp/datagram-batch.js';
import { apidIn, type Arrival } from './arrival.js';
import { ContactKeys } from './contact-keys.js';
import { DatagramAccounts } from './datagram-accounts.js';
import { HotList } from './hot-list.port.js';
import { PacketOutlet } from './packet-outlet.js';
import { Plausibility, TIME_OUT_OF_RANGE } from './plausibility.js';
import { ReceptionRoutes } from './reception-routes.js';

const WRONG_TAG = 'wrong-tag';
const UNSIGNED = 'unsigned';
/** A primary header and a CRC. */
const INTACT_BYTES_MIN = 8;

/**
 * Packets of the shared port. A signed contact believes nothing but what bears its tag, and each number
 * once: the set of good numbers, kept exactly for the whole contact, is the window against replays, so
 * that a packet sent again by whomever is a duplicate. Nothing is ever answered.
 */
@Injectable()
export class PacketIntake {
  readonly #view = new PacketView();
  /** The one that goes on its way; see `GoodPacket`. */
  readonly #good = {
    definition: BATTERY,
    sequence: 0,
    generatedAt: 0,
    receivedAt: 0,
    bytes: Buffer.alloc(0) as Buffer,
    start: 0,
    length: 0,
    samples: 0,
    batteries: this.#view.batteries,
  };

  constructor(
    private readonly routes: ReceptionRoutes,
    private readonly accounts: DatagramAccounts,
    private readonly keys: ContactKeys,
    private readonly outlet: PacketOutlet,
    private readonly hot: HotList,
    private readonly plausibility: Plausibility,
    private readonly readers: PacketReaders,
  ) {}

  take(arrival: Arrival): void {
    const view = this.#view;
    const { bytes, start, length } = arrival;
    if (view.readHeader(bytes, start, length, this.keys.tagBytesMax))
      return this.#takeWhole(arrival);
    if (view.kind === 'idle') return this.accounts.stray('idle');
    const isBelieved = view.kind === 'malformed' && isIntact(arrival);
    const byApid = isBelieved ? this.routes.ofApid(apidIn(arrival)) : undefined;
    if (byApid) this.#takeUnreadable(byApid, arrival);
    else if (this.#isOfOtherApid(arrival, isBelieved)) this.accounts.stray('unknown_apid');
    else if (view.kind === 'corrupt') this.#takeCorrupt(arrival);
    else this.#takeMalformed(arrival);
  }

  /** The transport dropped it: its number alone is looked at. */
  shed(arrival: Arrival): void {
    const view = this.#view;
    const { bytes, start, length, address } = arrival;
    const isWhole = view.readHeader(bytes, start, length, this.keys.tagBytesMax);
    const reception = isWhole ? this.routes.ofApid(view.apid!) : undefined;
    if (!reception || !reception.isFrom(address)) return this.accounts.stray('shed');
    const key = this.keys.keyOf(reception);
    if (key !== null && !this.#isSigned(reception, key, arrival)) return;
    view.readBody(bytes, start, length, key === null ? 0 : TAG_BYTES);
    if (view.kind !== 'battery') return this.accounts.stray('shed');
    this.accounts.shed(reception, view.sequence, arrival);
  }

  /** Its CRC fits and its header can be. */
  #takeWhole(arrival: Arrival): void {
    const view = this.#view;
    const { bytes, start, length } = arrival;
    const byApid = this.routes.ofApid(view.apid!);
    const reception = this.accounts.owner(byApid, arrival, 'unknown_apid');
    if (!reception) return;
    const key = this.keys.keyOf(reception);
    if (key !== null && !this.#isSigned(reception, key, arrival)) return;
    view.readBody(bytes, start, length, key === null ? 0 : TAG_BYTES);
    if (view.kind === 'malformed') return this.accounts.reject(reception, view.reason, arrival);
    reception.noteArrival(arrival.receivedAt, arrival.nowMs);
    if (view.kind === 'closing') this.accounts.close(reception, view.sequence!, arrival);
    else this.#takeBattery(reception, arrival, key !== null);
  }

  #takeBattery(reception: Reception, arrival: Arrival, isSigned: boolean): void {
    const { length, nowMs } = arrival;
    const { account } = reception;
    const sequence = this.#view.sequence!;
    if (!this.plausibility.hasTime(this.#view.generatedAtMs * MICROS_PER_MILLISECOND))
      return this.accounts.reject(reception, TIME_OUT_OF_RANGE, arrival);
    const fault = this.plausibility.faultOfNumber(reception, sequence, nowMs, isSigned);
    if (fault !== null) return this.accounts.reject(reception, fault, arrival);
    if (!this.outlet.hasRoomFor(length) || !account.hasRoomFor(sequence))
      return this.accounts.shed(reception, sequence, arrival);
    this.routes.learnSender(arrival.port, reception);
    if (account.takeNumbered(sequence, length)) this.#keep(reception, sequence, arrival);
    else this.accounts.touch(reception);
  }

  #keep(reception: Reception, sequence: number, arrival: Arrival): void {
    const { records, volts, generatedAtMs } = this.#view;
    const good = this.#good;
    good.sequence = sequence;
    good.generatedAt = generatedAtMs * MICROS_PER_MILLISECOND;
    good.receivedAt = arrival.receivedAt;
    good.bytes = arrival.bytes;
    good.start = arrival.start;
    good.length = arrival.length;
    good.samples = records;
    this.outlet.take(reception, good);
    this.hot.pushAll(reception.shipName, good.generatedAt, volts, records);
  }

  /** The damage may be in the APID: the port that it was sent from tells more, once it is known. */
  #takeCorrupt(arrival: Arrival): void {
    const { apid, sequence } = this.#view;
    const byApid = apid === null ? undefined : this.routes.ofApid(apid);
    const reception = this.accounts.owner(this.#senderOf(arrival) ?? byApid, arrival, 'corrupt');
    if (!reception) return;
    reception.noteArrival(arrival.receivedAt, arrival.nowMs);
    // A number is where our packets have it.
    this.accounts.corrupt(reception, reception.foreign ? null : sequence, arrival);
  }

  /** Its CRC fits, so it names the contact; what is wrong is in its header, or its size. */
  #takeUnreadable(byApid: Reception, arrival: Arrival): void {
    const { reason } = this.#view;
    const reception = this.accounts.owner(byApid, arrival, 'malformed');
    if (!reception) return;
    const key = this.keys.keyOf(reception);
    if (key === null || this.#isSigned(reception, key, arrival))
      this.accounts.reject(reception, reason, arrival);
  }

  /**
   * A foreign ship sends packets of many APIDs from one port. Where its packets have no check sum, a whole
   * one under another APID is as good as those of the contact, and none of them; else its CRC has to fit.
   */
  #isOfOtherApid(arrival: Arrival, isBelieved: boolean): boolean {
    if (!isWholeTelemetry(arrival.bytes, arrival.start, arrival.length)) return false;
    if (isBelieved) return true;
    const sender = this.#senderOf(arrival);
    return sender !== undefined && sender.foreign !== null && !this.#hasChecksum(sender);
  }

  #hasChecksum({ address }: Reception): boolean {
    const reader = address?.apid ? this.readers.ofApid(address.apid) : undefined;
    return reader?.definition.hasChecksum ?? true;
  }

  #takeMalformed(arrival: Arrival): void {
    const reception = this.accounts.owner(this.#senderOf(arrival), arrival, 'malformed');
    if (reception) this.accounts.reject(reception, this.#view.reason, arrival);
  }

  /** By the port alone; but a foreign ship, on another host, may have the same one. */
  #senderOf({ port, address }: Arrival): Reception | undefined {
    const sender = this.routes.ofSender(port);
    return sender?.foreign && !sender.isFrom(address) ? undefined : sender;
  }

  /** False where it is not: then it is counted here. */
  #isSigned(reception: Reception, key: Buffer, arrival: Arrival): boolean {
    const { bytes, start, length } = arrival;
    if (isSigned(key, bytes, start, length)) return true;
    const hasNoTag = this.#view.isUntagged(bytes, start, length);
    this.accounts.reject(reception, hasNoTag ? UNSIGNED : WRONG_TAG, arrival);
    return false;
  }
}

/** Its CRC fits. Of what is longer than what was kept nobody knows. */
const isIntact = ({ bytes, start, length }: Arrival): boolean =>
  length >= INTACT_BYTES_MIN &&
  length <= DATAGRAM_BYTES_MAX &&
  crc16(bytes, start + length, start) === 0;
