import { Injectable } from '@nestjs/common';
import type { ContactReport, StreamFormat, StreamRequestDto } from '#common/contracts';
import { DomainError, MICROS_PER_MILLISECOND, parseInstant } from '#common/domain';
import { Clock, TIMER_DELAY_MS_MAX } from '#common/platform';
import { readdressed, refuseReaddressing } from './readdressed-packet.js';
import type { Replay } from './replay.js';
import { DatagramOutput } from './replay-output.js';
import { ReplayTargets } from './replay-targets.js';
import { ReplaysService } from './replays.service.js';

const FIRST_SEQUENCE = 1;

/** A stored contact that plays the ship: another ingestor may hold a contact with it. */
@Injectable()
export class RecordedShip {
  constructor(
    private readonly replays: ReplaysService,
    private readonly targets: ReplayTargets,
    private readonly clock: Clock,
  ) {}

  /** REPORT_NOT_FOUND, REPLAY_FORMAT_DIFFERS, STREAM_TARGET_REFUSED, REPLAYS_FULL */
  async start(contactId: string, request: StreamRequestDto): Promise<Replay> {
    const target = this.targets.admit(request.host, request.port);
    const contact = await this.replays.contactOf(contactId);
    const format = request.format ?? 'json';
    refuseOtherFormat(contact.report, format);
    if (format === 'ccsds') refuseReaddressing(contact, 'apid');
    const apid = format === 'ccsds' ? request.apid! : null;
    const key = request.key === undefined ? null : Buffer.from(request.key, 'hex');
    const change = apid === null ? {} : { change: (of: Buffer) => readdressed(of, apid, key) };
    // A ship that is asked for no pause has none.
    const speed = request.interval === 0 ? 0 : 1;
    const nowMs = () => this.clock.nowMs();
    const replay = await this.replays.toUdp(
      contact,
      speed,
      { ...target, apid },
      (channel) => new DatagramOutput({ channel, apid, key, nowMs, ...change }),
    );
    this.#stopAt(replay, request.until);
    return replay;
  }

  activeCount(contactId: string): number {
    const isRunning = (replay: Replay) => replay.state === 'running' && isOf(replay, contactId);
    return this.replays.list().filter(isRunning).length;
  }

  /** STREAM_NOT_FOUND */
  find(contactId: string, eventKey: string): Replay {
    const replay = this.replays.find(eventKey);
    if (replay && isOf(replay, contactId)) return replay;
    throw new DomainError('STREAM_NOT_FOUND', 'Event key not found');
  }

  async stop(contactId: string, eventKey: string): Promise<Replay> {
    const replay = this.find(contactId, eventKey);
    await replay.stop();
    return replay;
  }

  /** One that nobody stops ends by itself. */
  #stopAt(replay: Replay, until: string | undefined): void {
    if (until === undefined) return;
    const leftMs = parseInstant(until)! / MICROS_PER_MILLISECOND - this.clock.nowMs();
    const delayMs = Math.min(Math.max(0, leftMs), TIMER_DELAY_MS_MAX);
    const cancel = this.clock.after(delayMs, () => void replay.stop());
    void replay.ended.then(cancel);
  }
}

/** What the ship said was sent, once all of it was sent again; before, what was sent up to now. */
export function sentBy({ account, state, plan }: Replay): number {
  const sent = account.received;
  return state === 'completed' ? (plan.contact.report.numbers.expected ?? sent) : sent;
}

export const firstSequenceOf = ({ plan }: Replay): number =>
  plan.contact.report.first_sequence ?? FIRST_SEQUENCE;

const isOf = ({ plan }: Replay, contactId: string): boolean =>
  plan.contact.report.contact_id === contactId && plan.target.kind === 'udp';

function refuseOtherFormat({ accounting }: ContactReport, asked: StreamFormat): void {
  const format: StreamFormat = accounting === 'sequence' ? 'ccsds' : 'json';
  if (format === asked) return;
  const message = `format must be ${format}: so the contact was recorded`;
  throw new DomainError('REPLAY_FORMAT_DIFFERS', message, { field: 'format' });
}
