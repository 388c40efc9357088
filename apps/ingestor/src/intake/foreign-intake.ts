import { Injectable } from '@nestjs/common';
import { APID_MAX } from '#common/contracts';
import { MICROS_PER_MILLISECOND } from '#common/domain';
import type { BadPacket, GoodPacket as GoodVerdict } from '../packets/packet-reader.js';
import { PacketReaders } from '../packets/packet-readers.js';
import type { TableReader } from '../packets/table.reader.js';
import type { Reception } from '../receptions/reception.js';
import { DATAGRAM_BYTES_MAX } from '../udp/datagram-batch.js';
import { apidIn, type Arrival } from './arrival.js';
import { DatagramAccounts } from './datagram-accounts.js';
import { PacketOutlet } from './packet-outlet.js';
import { Plausibility, TIME_OUT_OF_RANGE } from './plausibility.js';
import { ReceptionRoutes } from './reception-routes.js';

const APID_BYTES = 2;
const INSTANCES = 256;
/** A frame has 32 bits for the number. */
const SEQUENCE_MAX = 0xffff_ffff;
const TOO_LONG: BadPacket = { kind: 'malformed', reason: 'too-long' };
const COUNT_TOO_HIGH = 'count-too-high';

/**
 * Packets of the shared port whose APID a packet definition has for a foreign ship. They are not in the
 * hot list, which is one of volts of batteries.
 */
@Injectable()
export class ForeignIntake {
  /** By APID: each packet, ours too, asks. */
  readonly #readers: readonly (TableReader | undefined)[];
  /** The one that goes on its way; see `GoodPacket` of the archive. */
  readonly #good = {
    definition: '',
    sequence: 0,
    generatedAt: 0,
    receivedAt: 0,
    bytes: Buffer.alloc(0) as Buffer,
    start: 0,
    length: 0,
    samples: 0,
    batteries: new Uint8Array(INSTANCES),
  };

  constructor(
    readers: PacketReaders,
    private readonly routes: ReceptionRoutes,
    private readonly accounts: DatagramAccounts,
    private readonly outlet: PacketOutlet,
    private readonly plausibility: Plausibility,
  ) {
    const { foreignApids } = readers;
    this.#readers = Array.from({ length: APID_MAX + 2 }, (_, apid) =>
      foreignApids.has(apid) ? readers.ofApid(apid) : undefined,
    );
  }

  /** False, and nothing has happened, when it is not a foreign ship's. */
  take(arrival: Arrival): boolean {
    const apid = apidIn(arrival);
    const reader = this.#readers[apid];
    if (reader === undefined || arrival.length < APID_BYTES) return false;
    return this.#takeForeign(reader, this.routes.ofForeignApid(apid), arrival);
  }

  /** The transport dropped it. Its number is not looked at: others that came before it still wait. */
  shed(arrival: Arrival): boolean {
    const apid = apidIn(arrival);
    if (this.#readers[apid] === undefined || arrival.length < APID_BYTES) return false;
    const reception = this.routes.ofForeignApid(apid);
    if (reception?.isFrom(arrival.address)) this.accounts.shed(reception, null, arrival);
    else this.accounts.stray('shed');
    return true;
  }

  #takeForeign(reader: TableReader, reception: Reception | undefined, arrival: Arrival): boolean {
    const { bytes, start, length } = arrival;
    const verdict = length > DATAGRAM_BYTES_MAX ? TOO_LONG : reader.check(bytes, start, length);
    if (verdict.kind !== 'good' && this.#isOurs(arrival)) return false;
    const owner = this.accounts.owner(reception, arrival, 'unknown_apid');
    if (!owner) return true;
    if (verdict.kind === 'malformed') this.accounts.reject(owner, verdict.reason, arrival);
    else {
      owner.noteArrival(arrival.receivedAt, arrival.nowMs);
      if (verdict.kind === 'good') this.#takeGood(reader, owner, verdict, arrival);
      else this.accounts.corrupt(owner, null, arrival);
    }
    return true;
  }

  /** One of ours, whose APID was damaged on the way. */
  #isOurs({ port, address }: Arrival): boolean {
    const sender = this.routes.ofSender(port);
    return sender !== undefined && sender.foreign === null && sender.isFrom(address);
  }

  #takeGood(
    reader: TableReader,
    reception: Reception,
    verdict: GoodVerdict,
    arrival: Arrival,
  ): void {
    const { account } = reception;
    const { length } = arrival;
    const { generatedAt } = verdict;
    // Before its count is taken for the newest.
    if (generatedAt !== null && !this.plausibility.hasTime(generatedAt))
      return this.accounts.reject(reception, TIME_OUT_OF_RANGE, arrival);
    this.routes.learnSender(arrival.port, reception);
    const sequence = verdict.sequence ?? extended(reception, verdict.count14!, arrival);
    if (sequence > SEQUENCE_MAX) return this.accounts.reject(reception, COUNT_TOO_HIGH, arrival);
    if (!this.outlet.hasRoomFor(length) || !account.hasRoomFor(sequence))
      return this.accounts.shed(reception, sequence, arrival);
    if (account.takeNumbered(sequence, length))
      this.#keep(reader, reception, sequence, verdict, arrival);
    else this.accounts.touch(reception);
  }

  #keep(
    reader: TableReader,
    reception: Reception,
    sequence: number,
    { generatedAt, sampleCount }: GoodVerdict,
    { bytes, start, length, receivedAt }: Arrival,
  ): void {
    const good = this.#good;
    good.definition = reader.name;
    good.sequence = sequence;
    good.generatedAt = generatedAt ?? receivedAt;
    good.receivedAt = receivedAt;
    good.bytes = bytes;
    good.start = start;
    good.length = length;
    good.samples = sampleCount;
    reader.instancesInto(good.batteries, bytes, start, sampleCount);
    this.outlet.take(reception, good);
  }
}

/** Of the 14 bits in the header, by the count and by the time. */
function extended(
  { foreign, account }: Reception,
  count14: number,
  { receivedAt }: Arrival,
): number {
  const { kind, sequence, skipped } = foreign!.take(count14, receivedAt / MICROS_PER_MILLISECOND);
  if (kind === 'reset') account.skip(sequence - skipped, sequence - 1);
  return sequence;
}
