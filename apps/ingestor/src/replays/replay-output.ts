import type { DatagramChannel } from '#common/datagrams';
import { encodeClosingPacket } from '#common/contracts';
import { type EventSink } from '../live/event-sink.js';
import { sampleEvent } from '../live/sample-event.js';
import { BATTERY, type PacketReaders } from '../packets/packet-readers.js';
import type { ArchivedPacket } from '../samples/packet-order.js';

const CLOSING_PACKETS = 3;
const APID_MASK = 0x07ff;

/** Where a replay goes. */
export interface ReplayOutput {
  /** Resolves with the places of those that were not taken. */
  send(packets: readonly ArchivedPacket[]): Promise<readonly number[]>;
  /** Tells that there will be no more. @param lastSequence what the ship said was the last */
  finish(lastSequence: number): Promise<void>;
  close(): Promise<void>;
}

/** What is sent in place of a stored packet. */
export type PacketChange = (packet: Buffer) => Buffer;

export interface DatagramOutputOptions {
  readonly channel: DatagramChannel;
  /** By default the packets go as they were received. */
  readonly change?: PacketChange;
  /** The APID and the key of the closing packets; by default the APID of the packets, and no key. */
  readonly apid?: number | null;
  readonly key?: Buffer | null;
  readonly nowMs: () => number;
}

/** Each packet as a datagram; our own space packets end with closing packets, as a ship's stream does. */
export class DatagramOutput implements ReplayOutput {
  #apid: number | null;

  constructor(private readonly options: DatagramOutputOptions) {
    this.#apid = options.apid ?? null;
  }

  send(packets: readonly ArchivedPacket[]): Promise<readonly number[]> {
    const { channel, change } = this.options;
    const [first] = packets;
    if (first?.origin.definition === BATTERY)
      this.#apid ??= first.packet.readUInt16BE(0) & APID_MASK;
    return channel.send(packets.map(({ packet }) => (change ? change(packet) : packet)));
  }

  async finish(lastSequence: number): Promise<void> {
    if (this.#apid === null) return;
    const { channel, key = null, nowMs } = this.options;
    const closing = encodeClosingPacket(this.#apid, lastSequence, nowMs(), key);
    await channel.send(Array.from({ length: CLOSING_PACKETS }, () => closing));
  }

  close(): Promise<void> {
    return this.options.channel.close();
  }
}

/** Events of the kind `replay`: the last sample of each battery, marked, with the times that it had. */
export class EventOutput implements ReplayOutput {
  constructor(
    private readonly replayId: string,
    private readonly shipName: string,
    private readonly readers: PacketReaders,
    private readonly events: EventSink,
  ) {}

  async send(packets: readonly ArchivedPacket[]): Promise<readonly number[]> {
    for (const packet of packets) this.#tell(packet);
    return [];
  }

  async finish(): Promise<void> {}

  async close(): Promise<void> {}

  #tell({ origin, packet, generatedAt, receivedAt, sequence }: ArchivedPacket): void {
    const { replayId, shipName } = this;
    const reader = this.readers.named(origin.definition);
    const { contactId } = origin;
    for (const { battery, values } of reader?.samplesOf(packet) ?? []) {
      const whose = { shipName, contactId, generatedAt, receivedAt, sequence };
      const data = sampleEvent({ ...whose, battery, values, reader: reader! });
      const marked = { replay: true, replay_id: replayId, ...data };
      this.events.tell('replay', `${replayId}/${battery}`, marked);
    }
  }
}
