import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { DomainError } from '#common/domain';
import { LiveHub, type LiveOutput } from '#common/live';
import { type CancelTimer, Clock } from '#common/platform';
import { IngestorConfig } from '../ingestor.config.js';
import { EventMemory, type LiveEvent } from './event-memory.js';
import { type EventData, type EventKind, EventSink } from './event-sink.js';
import { NewestSamples } from './newest-samples.js';
import { sampleEvent } from './sample-event.js';

/** Samples are watched for so long after the last client is gone: it may come again and go on. */
export const LINGER_MS = 60_000;

/** What a client asks for; null: all. */
export interface EventRequest {
  readonly lastEventId: string;
  readonly ships: ReadonlySet<string> | null;
  readonly kinds: ReadonlySet<string> | null;
}

/** Tells clients what happens at this ingestor, as long as they listen. */
@Injectable()
export class EventFeed extends EventSink implements OnModuleDestroy {
  readonly #hub: LiveHub<LiveEvent>;
  readonly #memory: EventMemory;
  #stopWatching: (() => void) | null = null;
  #cancelLinger: CancelTimer | null = null;

  constructor(
    private readonly newest: NewestSamples,
    private readonly clock: Clock,
    { INGESTOR_EVENTS_CLIENTS_MAX: clientsMax }: IngestorConfig,
  ) {
    super();
    this.#hub = new LiveHub({
      clock,
      clientsMax,
      dataOf: ({ data }) => data,
      words: { nameOf: ({ value }) => value.kind, snapshotOf: (events) => ({ events }) },
      full: (max) => new DomainError('TELEMETRY_EVENTS_FULL', `${max} clients listen already.`),
      onEmpty: () => this.#linger(),
    });
    this.#memory = new EventMemory(this.#hub.changes);
  }

  /**
   * Begins a stream where `begin` says.
   * @throws DomainError TELEMETRY_EVENTS_FULL; then `begin` was not called
   */
  open({ lastEventId, ships, kinds }: EventRequest, begin: () => LiveOutput): Promise<void> {
    const wants = (key: string): boolean => {
      const event = this.#hub.changes.of(key)?.value;
      if (!event) return false;
      return (kinds?.has(event.kind) ?? true) && (ships?.has(event.data.ship) ?? true);
    };
    const isAll = ships === null && kinds === null;
    const request = { lastEventId, wants: isAll ? null : wants };
    return this.#hub.open(request, () => this.#watch(), begin);
  }

  tell(kind: EventKind, key: string, data: EventData): void {
    this.#memory.note(kind, key, data);
    this.#hub.tell();
  }

  /** Open streams would hold up the server. */
  onModuleDestroy(): void {
    this.#hub.close();
    this.#cancelLinger?.();
    this.#stopWatching?.();
  }

  #watch(): void {
    this.#cancelLinger?.();
    this.#cancelLinger = null;
    this.#stopWatching ??= this.newest.watch(null, (samples) => {
      for (const sample of samples)
        this.#memory.note('sample', `${sample.battery}/${sample.shipName}`, sampleEvent(sample));
      this.#hub.tell();
    });
  }

  #linger(): void {
    this.#cancelLinger?.();
    this.#cancelLinger = this.clock.after(LINGER_MS, () => this.#rest());
  }

  /** What happens from now on is not seen, so no position of before is good any more. */
  #rest(): void {
    this.#cancelLinger = null;
    this.#stopWatching?.();
    this.#stopWatching = null;
    this.#memory.forgetAll('sample');
    this.#hub.renew();
  }
}
