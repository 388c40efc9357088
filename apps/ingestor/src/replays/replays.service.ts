import { randomUUID } from 'node:crypto';
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { type DatagramChannel, DatagramSender, type StreamTarget } from '#common/datagrams';
import { DomainError } from '#common/domain';
import { Clock } from '#common/platform';
import { TelemetryArchive } from '../archive/telemetry-archive.port.js';
import { IngestorConfig } from '../ingestor.config.js';
import { EventSink } from '../live/event-sink.js';
import { PacketReaders } from '../packets/packet-readers.js';
import { type RecordedContact, ReceptionStore } from '../receptions/reception-store.port.js';
import { Recording } from './recording.js';
import { Replay, type ReplayPlan } from './replay.js';
import { EventOutput, type ReplayOutput } from './replay-output.js';

/** That have ended, and can still be asked about. */
const ENDED_MAX = 100;

/** Starts, lists and stops replays; all of them are gone with the process. */
@Injectable()
export class ReplaysService implements BeforeApplicationShutdown {
  readonly #logger = new Logger(ReplaysService.name);
  /** The oldest first. */
  readonly #replays = new Map<string, Replay>();
  /** Also of those that are about to begin. */
  #running = 0;
  #isStopping = false;

  constructor(
    private readonly archive: TelemetryArchive,
    private readonly store: ReceptionStore,
    private readonly readers: PacketReaders,
    private readonly events: EventSink,
    private readonly sender: DatagramSender,
    private readonly clock: Clock,
    private readonly config: IngestorConfig,
  ) {}

  /** Of a contact that has ended. REPORT_NOT_FOUND */
  async contactOf(contactId: string): Promise<RecordedContact> {
    const contact = await this.store.recorded(contactId);
    if (contact) return contact;
    const reason = 'it is unknown, or has not ended';
    throw new DomainError('REPORT_NOT_FOUND', `Contact ${contactId} has no report: ${reason}.`);
  }

  /** REPLAYS_FULL */
  toEvents(contact: RecordedContact, speed: number): Replay {
    this.#takePlace();
    const id = randomUUID();
    const output = new EventOutput(id, contact.report.ship_name, this.readers, this.events);
    return this.#begin({ id, contact, speed, target: { kind: 'events' } }, output);
  }

  /**
   * Sends the packets, made into datagrams by `outputOf`.
   * STREAM_TARGET_REFUSED when nothing can be sent there; REPLAYS_FULL
   */
  async toUdp(
    contact: RecordedContact,
    speed: number,
    target: StreamTarget & { readonly apid: number | null },
    outputOf: (channel: DatagramChannel) => ReplayOutput,
  ): Promise<Replay> {
    this.#takePlace();
    try {
      const channel = await this.sender.open(target);
      const { host, port, apid } = target;
      const where = { kind: 'udp', host, port, apid } as const;
      const plan = { id: randomUUID(), contact, speed, target: where };
      return this.#begin(plan, outputOf(channel));
    } catch (cause) {
      this.#running -= 1;
      const options = { field: 'host', cause };
      throw new DomainError('STREAM_TARGET_REFUSED', 'host cannot be reached from here', options);
    }
  }

  /** The newest first. */
  list(): Replay[] {
    return [...this.#replays.values()].toReversed();
  }

  find(id: string): Replay | undefined {
    return this.#replays.get(id);
  }

  /** REPLAY_NOT_FOUND */
  get(id: string): Replay {
    const replay = this.find(id);
    if (!replay) throw new DomainError('REPLAY_NOT_FOUND', `There is no replay ${id}.`);
    return replay;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.list().map((replay) => replay.stop()));
  }

  #takePlace(): void {
    const { INGESTOR_REPLAYS_MAX: max } = this.config;
    if (this.#isStopping) throw new DomainError('REPLAYS_FULL', 'The ingestor is stopping.');
    if (this.#running >= max)
      throw new DomainError('REPLAYS_FULL', `${max} replays run, that is the limit.`);
    this.#running += 1;
  }

  #begin(plan: ReplayPlan, output: ReplayOutput): Replay {
    const { readers, clock } = this;
    const open = () => Recording.open(this.archive, plan.contact.report.contact_id);
    const replay = new Replay(plan, { open, output, readers, clock });
    this.#replays.set(plan.id, replay);
    void replay.ended.then(() => {
      const { state, fault } = replay;
      this.#running -= 1;
      this.#forgetOldest();
      this.#logger.log({ message: 'A replay ended', replayId: plan.id, state, fault });
    });
    return replay;
  }

  #forgetOldest(): void {
    const ended = [...this.#replays].filter(([, { state }]) => state !== 'running');
    for (const [id] of ended.slice(0, Math.max(0, ended.length - ENDED_MAX)))
      this.#replays.delete(id);
  }
}
