import { Injectable } from '@nestjs/common';
import { UNKNOWN_SOURCE } from '#common/domain';
import { ArchiveWriter } from '../archive/archive-writer.js';
import type { Reception } from '../receptions/reception.js';
import type { Arrival } from './arrival.js';
import { StrayCounters, type StrayReason } from './stray-counters.js';

/** Tells a datagram that is not stored to exactly one account, or counts it among the strays. */
@Injectable()
export class DatagramAccounts {
  constructor(
    private readonly strays: StrayCounters,
    private readonly writer: ArchiveWriter,
  ) {}

  stray(reason: StrayReason): void {
    this.strays.count(reason);
  }

  /** The reception, if there is one and the datagram is from its ship; else it is counted here. */
  owner(
    reception: Reception | undefined,
    arrival: Arrival,
    reason: StrayReason,
  ): Reception | undefined {
    if (!reception) this.strays.count(reason);
    else if (reception.isFrom(arrival.address)) return reception;
    else this.reject(reception, UNKNOWN_SOURCE, arrival);
    return undefined;
  }

  /** It was counted elsewhere. */
  touch(reception: Reception): void {
    this.writer.touch(reception);
  }

  reject(reception: Reception, reason: string, { length }: Arrival): void {
    reception.account.reject(reason, length);
    this.writer.touch(reception);
  }

  shed(reception: Reception, claimed: number | null, { length }: Arrival): void {
    reception.account.shed(claimed, length);
    this.writer.touch(reception);
  }

  corrupt(reception: Reception, claimed: number | null, { length }: Arrival): void {
    reception.account.corrupt(claimed, length);
    this.writer.touch(reception);
  }

  close(reception: Reception, lastSequence: number, { length }: Arrival): void {
    reception.account.takeControl(length);
    reception.closingSequence = lastSequence;
    this.writer.touch(reception);
  }
}
