import { Injectable, Logger } from '@nestjs/common';
import { Clock, FaultLog, isUnavailable } from '#common/platform';
import type { AlarmRecord } from './alarm.js';
import { AlarmQueue } from './alarm-queue.js';
import { AlarmStore, SAVED_AT_ONCE_MAX } from './alarm-store.port.js';
import { AlarmTeller } from './alarm-teller.js';

/** A single alarm that the store refuses so often, though it is there, is given up. */
const REFUSALS_MAX = 5;

/** Brings alarms to the list, beside the judging. */
@Injectable()
export class AlarmWriter {
  readonly #queue = new AlarmQueue();
  readonly #faults: FaultLog;
  #atOnceMax = SAVED_AT_ONCE_MAX;
  #refusalsCount = 0;

  constructor(
    private readonly store: AlarmStore,
    private readonly teller: AlarmTeller,
    clock: Clock,
  ) {
    this.#faults = new FaultLog(new Logger(AlarmWriter.name), clock);
  }

  get waitingCount(): number {
    return this.#queue.count;
  }

  /** Alarms that are in no list. */
  get lostCount(): number {
    return this.#queue.lostCount;
  }

  offer(alarm: AlarmRecord): void {
    this.#queue.offer(alarm);
  }

  /**
   * Until nothing waits. One at a time.
   * @throws what the store throws; all that is not saved waits on
   */
  async flush(): Promise<void> {
    while (this.#queue.count > 0) {
      const taken = this.#queue.take(this.#atOnceMax);
      const changes = await this.store.save(taken).catch((fault: unknown) => {
        this.#noteRefusal(taken, fault);
        throw fault;
      });
      this.#queue.settle(taken);
      this.#refusalsCount = 0;
      this.#atOnceMax = Math.min(SAVED_AT_ONCE_MAX, this.#atOnceMax * 2);
      this.teller.tell(changes);
    }
  }

  /** One that can never be saved must not hold up the others for ever. */
  #noteRefusal(taken: readonly AlarmRecord[], fault: unknown): void {
    if (isUnavailable(fault)) return;
    this.#atOnceMax = 1;
    this.#refusalsCount = taken.length === 1 ? this.#refusalsCount + 1 : 0;
    const [alarm] = taken;
    if (alarm === undefined || this.#refusalsCount < REFUSALS_MAX) return;
    this.#queue.lose(alarm);
    this.#refusalsCount = 0;
    this.#faults.note(`The alarm ${alarm.id} cannot be stored; it is given up`, fault);
  }
}
