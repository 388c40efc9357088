import { Injectable } from '@nestjs/common';
import { Clock } from '#common/platform';
import type { DatagramBatch } from '../udp/datagram-batch.js';
import type { Datagram } from '../udp/udp.events.js';
import { UdpServer } from '../udp/udp.server.js';
import { Arrival } from './arrival.js';
import { ForeignIntake } from './foreign-intake.js';
import { PacketIntake } from './packet-intake.js';
import { PacketOutlet } from './packet-outlet.js';
import { ReceptionRoutes } from './reception-routes.js';
import { TextIntake } from './text-intake.js';

/**
 * From datagrams to blocks. Every datagram is told to exactly one account, or counted among the
 * strays; there is no object, no promise and no log line per datagram.
 */
@Injectable()
export class TelemetryIntake {
  readonly #arrival = new Arrival();
  readonly #shed = new Arrival();

  constructor(
    private readonly udp: UdpServer,
    private readonly routes: ReceptionRoutes,
    private readonly packets: PacketIntake,
    private readonly foreign: ForeignIntake,
    private readonly texts: TextIntake,
    private readonly outlet: PacketOutlet,
    private readonly clock: Clock,
  ) {
    udp.on('shed', (port, datagram) => this.shed(port, datagram));
  }

  take(batch: DatagramBatch): void {
    this.outlet.beginBatch();
    this.#arrival.enter(batch, this.clock.monotonicMs());
    if (batch.port === this.udp.sharedPort) this.#takePackets(batch);
    else this.#takeTexts(batch);
  }

  /** The transport dropped it. */
  shed(port: number, datagram: Datagram): void {
    const arrival = this.#shed;
    arrival.become(datagram);
    if (port !== this.udp.sharedPort) this.texts.shed(this.routes.ofPort(port), arrival);
    else if (!this.foreign.shed(arrival)) this.packets.shed(arrival);
  }

  #takePackets(batch: DatagramBatch): void {
    const arrival = this.#arrival;
    for (let nr = 0; nr < batch.count; nr += 1) {
      arrival.turnTo(batch, nr);
      if (!this.foreign.take(arrival)) this.packets.take(arrival);
    }
  }

  #takeTexts(batch: DatagramBatch): void {
    const arrival = this.#arrival;
    const reception = this.routes.ofPort(batch.port);
    for (let nr = 0; nr < batch.count; nr += 1) {
      arrival.turnTo(batch, nr);
      this.texts.take(reception, arrival);
    }
  }
}
