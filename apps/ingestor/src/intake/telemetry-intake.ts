import { Injectable } from '@nestjs/common';
import { type BatteryPacket, decodeBatteryPacket, decodeBatteryText } from '#common/contracts';
import { MICROS_PER_MILLISECOND, UNKNOWN_SOURCE } from '#common/domain';
import { Clock } from '#common/platform';
import type { Reception } from '../receptions/reception.js';
import type { Datagram, DatagramBatch } from '../udp/udp.events.js';
import { UdpServer } from '../udp/udp.server.js';
import { ArchiveWriter } from '../archive/archive-writer.js';
import { HotList } from './hot-list.port.js';
import { ReceptionRoutes } from './reception-routes.js';
import { StrayCounters, type StrayReason } from './stray-counters.js';

/**
 * From datagrams to samples. Every datagram is told to exactly one account, or counted among the
 * strays; there is no promise and no log line per datagram.
 */
@Injectable()
export class TelemetryIntake {
  constructor(
    private readonly udp: UdpServer,
    private readonly routes: ReceptionRoutes,
    private readonly strays: StrayCounters,
    private readonly writer: ArchiveWriter,
    private readonly hot: HotList,
    private readonly clock: Clock,
  ) {
    udp.on('shed', (port, datagram) => this.shed(port, datagram));
  }

  take({ port, datagrams, receivedAtMs }: DatagramBatch): void {
    const nowMs = this.clock.monotonicMs();
    const arrival = { receivedAtMs, nowMs };
    if (port === this.udp.sharedPort) {
      for (const datagram of datagrams) this.#takePacket(datagram, arrival);
      return;
    }
    const reception = this.routes.ofPort(port);
    for (const datagram of datagrams) {
      if (reception) this.#takeText(reception, datagram, arrival);
      else this.strays.count('unknown_port');
    }
  }

  /** The transport dropped it: only its first bytes are looked at. */
  shed(port: number, { data, address }: Datagram): void {
    const isShared = port === this.udp.sharedPort;
    const decoded = isShared ? decodeBatteryPacket(data) : null;
    const packet = decoded?.kind === 'battery' ? decoded.packet : null;
    const reception = isShared
      ? packet && this.routes.ofApid(packet.apid)
      : this.routes.ofPort(port);
    if (!reception || !reception.isFrom(address)) return this.strays.count('shed');
    reception.account.shed(packet?.sequence ?? null, data.length);
    this.writer.touch(reception);
  }

  #takeText(reception: Reception, { data, address }: Datagram, arrival: Arrival): void {
    if (!reception.isFrom(address)) return this.#reject(reception, UNKNOWN_SOURCE, data);
    reception.noteArrival(arrival.receivedAtMs, arrival.nowMs);
    const decoded = decodeBatteryText(data);
    if (decoded.kind === 'malformed') return this.#reject(reception, decoded.reason, data);
    const batch = this.writer.roomFor(1);
    if (!batch) return this.#shed(reception, null, data);

    const sequence = reception.account.takeUnnumbered(data.length);
    const { generatedAt, volts } = decoded;
    const { receivedAtMs } = arrival;
    batch.add(reception, { generatedAt, sequence, battery: 0, receivedAtMs }, { volts });
    this.hot.push(reception.shipName, { generatedAt, volts }, data.toString());
  }

  #takePacket(datagram: Datagram, arrival: Arrival): void {
    const { data, port } = datagram;
    const decoded = decodeBatteryPacket(data);
    switch (decoded.kind) {
      case 'battery':
        return this.#takeBattery(decoded.packet, datagram, arrival);
      case 'closing': {
        const reception = this.#routed(this.routes.ofApid(decoded.apid), datagram, 'unknown_apid');
        if (!reception) return;
        reception.noteArrival(arrival.receivedAtMs, arrival.nowMs);
        reception.account.takeControl(data.length);
        reception.closingSequence = decoded.lastSequence;
        return this.writer.touch(reception);
      }
      case 'corrupt': {
        // The damage may be in the APID: the port that it was sent from tells more, once it is known.
        const byApid = decoded.apid === null ? undefined : this.routes.ofApid(decoded.apid);
        const owner = this.#routed(this.routes.ofSender(port) ?? byApid, datagram, 'corrupt');
        if (!owner) return;
        owner.noteArrival(arrival.receivedAtMs, arrival.nowMs);
        owner.account.corrupt(decoded.sequence, data.length);
        return this.writer.touch(owner);
      }
      case 'malformed': {
        const owner = this.#routed(this.routes.ofSender(port), datagram, 'malformed');
        return owner && this.#reject(owner, decoded.reason, data);
      }
      case 'idle':
        return this.strays.count('idle');
    }
  }

  #takeBattery(packet: BatteryPacket, datagram: Datagram, arrival: Arrival): void {
    const { sequence, generatedAtMs, records } = packet;
    const { data } = datagram;
    const reception = this.#routed(this.routes.ofApid(packet.apid), datagram, 'unknown_apid');
    if (!reception) return;
    reception.noteArrival(arrival.receivedAtMs, arrival.nowMs);
    const batch = this.writer.roomFor(records.length);
    if (!batch || !reception.account.hasRoomFor(sequence))
      return this.#shed(reception, sequence, data);
    this.routes.learnSender(datagram.port, reception);
    if (!reception.account.takeNumbered(sequence, data.length)) return this.writer.touch(reception);

    const generatedAt = generatedAtMs * MICROS_PER_MILLISECOND;
    const { receivedAtMs } = arrival;
    for (const record of records) {
      const { battery, volts } = record;
      batch.add(reception, { generatedAt, sequence, battery, receivedAtMs }, record);
      this.hot.push(reception.shipName, { generatedAt, volts }, null);
    }
  }

  /** The reception, if there is one and the datagram is from its ship; else it is counted here. */
  #routed(
    reception: Reception | undefined,
    { data, address }: Datagram,
    reason: StrayReason,
  ): Reception | undefined {
    if (!reception) this.strays.count(reason);
    else if (reception.isFrom(address)) return reception;
    else this.#reject(reception, UNKNOWN_SOURCE, data);
    return undefined;
  }

  #reject(reception: Reception, reason: string, data: Buffer): void {
    reception.account.reject(reason, data.length);
    this.writer.touch(reception);
  }

  #shed(reception: Reception, claimed: number | null, data: Buffer): void {
    reception.account.shed(claimed, data.length);
    this.writer.touch(reception);
  }
}

interface Arrival {
  readonly receivedAtMs: number;
  /** By the clock that never steps. */
  readonly nowMs: number;
}
