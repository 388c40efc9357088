import { Injectable } from '@nestjs/common';
import { firstValueFrom } from 'rxjs';
import type { PartHealth, ReadinessCheck } from '#common/platform';
import { RECEIVE_BUFFER_BYTES } from './udp.options.js';
import { UdpServer } from './udp.server.js';

/** Below it a pause of some milliseconds loses datagrams. Linux: `sysctl net.core.rmem_max`. */
const RECEIVE_BUFFER_BYTES_ENOUGH = RECEIVE_BUFFER_BYTES / 2;

@Injectable()
export class UdpHealth implements ReadinessCheck {
  readonly part = 'udp';

  constructor(private readonly server: UdpServer) {}

  async check(): Promise<PartHealth> {
    const link = await firstValueFrom(this.server.status);
    const ports = this.server.ports();
    const { kind, reason: missing } = this.server.receiver;
    const receiver =
      missing === null ? { receiver: kind } : { receiver: kind, receiverReason: missing };
    const details = {
      link,
      ...receiver,
      waiting: this.server.waiting,
      ...this.server.counters,
      ports,
    };
    if (link !== 'ok') return { status: 'down', ...details };
    const granted = Math.min(...ports.map(({ receiveBufferBytes }) => receiveBufferBytes));
    if (granted >= RECEIVE_BUFFER_BYTES_ENOUGH) return { status: 'up', ...details };
    const reason = `The receive buffer has ${granted} of ${RECEIVE_BUFFER_BYTES} bytes: raise net.core.rmem_max`;
    return { status: 'degraded', reason, ...details };
  }
}
