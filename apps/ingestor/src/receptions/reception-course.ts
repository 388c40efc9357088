import { Injectable, Logger } from '@nestjs/common';
import {
  CONTACT_COMPLETED,
  CONTACT_FAILED,
  CONTACT_STARTED,
  type ContactCompletedDto,
  type ContactFailedDto,
  type ContactFault,
  type ContactReport,
  type ContactStartedDto,
} from '#common/contracts';
import { formatInstant, MICROS_PER_MILLISECOND, type ShipStatement } from '#common/domain';
import { type Envelope, envelope, OutboxRelay } from '#common/messaging';
import { type CancelTimer, Clock } from '#common/platform';
import { EventSink, UNHEARD_EVENTS } from '../live/event-sink.js';
import { receptionEvent, type ReceptionStep, reportEvent } from '../live/reception-event.js';
import { ReceptionListener } from './reception-listener.js';
import type { Reception } from './reception.js';
import { fullReportOf } from './reception-report.js';
import { type Agreement, ReceptionStore } from './reception-store.port.js';
import { type AskOutcome, StreamControl } from './stream-control.js';

const RETRY_DELAY_MS = 200;
const RETRY_DELAY_MS_MAX = 5_000;

/** How a contact came to its end. */
export type Outcome =
  { readonly state: 'completed' | 'stopped' } | ({ readonly state: 'failed' } & Blame);

interface Blame {
  readonly fault: ContactFault;
  readonly reason: string;
}

/** The course of one reception: ask the ship, receive until the end, stop the ship, account, report. */
@Injectable()
export class ReceptionCourse {
  readonly #logger = new Logger(ReceptionCourse.name);

  constructor(
    private readonly streams: StreamControl,
    private readonly listener: ReceptionListener,
    private readonly store: ReceptionStore,
    private readonly relay: OutboxRelay,
    private readonly clock: Clock,
    private readonly events: EventSink = UNHEARD_EVENTS,
  ) {}

  /** Ends when the report is stored, or the reception was superseded, or the app stops. */
  async run(reception: Reception): Promise<void> {
    await this.listener.listen(reception);
    this.#tell(reception, reception.agreement ? 'streaming' : 'opened');
    const cancel = this.#endAtPlannedEnd(reception);
    await this.#hold(reception).finally(cancel);
  }

  /** For receptions that cannot go on: the ship is told to stop, what is stored is reported. */
  async giveUp(reception: Reception, fault: ContactFault, reason: string): Promise<void> {
    reception.end('given up');
    const stopped = await this.streams.stop(reception);
    const statement = stopped.kind === 'stopped' ? stopped.statement : null;
    await this.#end(reception, { state: 'failed', fault, reason }, statement);
  }

  async #hold(reception: Reception): Promise<void> {
    const asked = reception.agreement ? null : await this.streams.ask(reception);
    let isNoted = true;
    if (asked?.kind === 'agreed') isNoted = await this.#begin(reception, asked.agreement);
    if (asked && asked.kind !== 'agreed') return this.#endWithoutStream(reception, asked);
    await reception.ended;
    if (reception.endCause === 'shutdown') return;
    // Whoever has it now has its stream, too, if it is the one that was noted.
    if (reception.endCause === 'lost' && isNoted) {
      this.#tell(reception, 'left');
      return this.listener.release(reception);
    }

    const stopped = await this.streams.stop(reception);
    const asStopped = stopped.kind === 'stopped' ? stopped.statement : null;
    await this.listener.drain(reception, asStopped);
    await this.listener.release(reception);
    if (isAnothers(reception)) return this.#tell(reception, 'left');

    // Neither a closing packet, which anybody can send, nor what was worked out takes anything away.
    if (reception.statedLast !== null) reception.account.endAt(reception.statedLast);
    const statement = asStopped ?? reception.closingStatement();
    // A ship that does not know it may have been told to stop before: what was called off is over.
    if (stopped.kind === 'unknown' && !statement && reception.endCause !== 'stopped') {
      const reason = 'The ship lost the stream before the planned end';
      return this.#end(reception, { state: 'failed', fault: 'spacecraft', reason }, null);
    }
    const state = reception.endCause === 'stopped' ? 'stopped' : 'completed';
    await this.#end(reception, { state }, statement);
  }

  /** Report and message in one transaction, tried until the database takes them or the app stops. */
  async #end(
    reception: Reception,
    outcome: Outcome,
    statement: ShipStatement | null,
  ): Promise<void> {
    const { contactId, opening } = reception;
    const endedAt = reception.time.at(this.clock.monotonicMs());
    await this.#persist(reception, async () => {
      const samplesStored = await this.listener.samplesStored(reception);
      const facts = { state: outcome.state, endedAt, statement, samplesStored };
      const full = fullReportOf(reception, facts);
      const { report } = full;
      const message = endMessage(reception, outcome, report);
      const { fence } = opening;
      const progress = reception.progress();
      const end = { contactId, fence, endedAt, progress, ...full, message };
      const isOurs = await this.store.end(end);
      this.#tell(reception, isOurs ? 'ended' : 'left');
      if (isOurs) this.events.tell('report', contactId, reportEvent(report));
    });
    this.relay.wake();
  }

  /** By the monotonic clock: the host's may be wrong, and may be set meanwhile. */
  #endAtPlannedEnd(reception: Reception): CancelTimer {
    let cancel: CancelTimer = () => undefined;
    const arm = (): void => {
      const leftMs = reception.endsAtMs - this.clock.monotonicMs();
      if (leftMs <= 0) return reception.end('planned end');
      // Timers may be early by a fraction, and have a longest delay.
      cancel = this.clock.after(leftMs, arm);
    };
    arm();
    return () => cancel();
  }

  /** False when it could not be noted: the reception was lost meanwhile, or the database is away. */
  async #begin(reception: Reception, agreement: Agreement): Promise<boolean> {
    reception.agreement = agreement;
    reception.mayBeSentTo = true;
    const { contactId, opening } = reception;
    const started: ContactStartedDto = {
      contact_id: contactId,
      fence: opening.fence,
      stream_asked_at: formatInstant(agreement.streamAskedAt),
    };
    const message = envelope(CONTACT_STARTED, started, new Date(this.clock.nowMs()));
    // The end must not wait for a database that is away: then only this message is missing.
    const isOver = (): boolean => reception.endCause !== null;
    let isNoted = false;
    await this.#persist(
      reception,
      async () => {
        isNoted = await this.store.agreed(contactId, opening.fence, agreement, message);
      },
      isOver,
    );
    this.relay.wake();
    if (isNoted) this.#tell(reception, 'streaming');
    return isNoted;
  }

  #tell(reception: Reception, step: ReceptionStep): void {
    const at = this.clock.nowMs() * MICROS_PER_MILLISECOND;
    const key = `${reception.contactId}/${reception.opening.fence}`;
    this.events.tell('reception', key, receptionEvent(reception, step, at));
  }

  async #endWithoutStream(
    reception: Reception,
    asked: Exclude<AskOutcome, { kind: 'agreed' }>,
  ): Promise<void> {
    const cause = reception.endCause;
    if (cause === 'shutdown') return;
    await this.listener.release(reception);
    if (isAnothers(reception)) return this.#tell(reception, 'left');
    if (asked.kind === 'refused') {
      const reason = `The ship refused the stream: ${asked.reason}`;
      return this.#end(reception, { state: 'failed', fault: 'user', reason }, null);
    }
    if (cause === 'stopped') return this.#end(reception, { state: 'stopped' }, null);
    return this.#end(reception, { state: 'failed', ...neverAgreed(reception) }, null);
  }

  async #persist(
    reception: Reception,
    write: () => Promise<unknown>,
    isOver: () => boolean = () => false,
  ): Promise<void> {
    for (let attempt = 0; reception.endCause !== 'shutdown'; attempt += 1) {
      try {
        await write();
        return;
      } catch (fault) {
        this.#logger.error(fault);
        if (isOver() || reception.isAbandoned) return;
        const delayMs = Math.min(RETRY_DELAY_MS_MAX, RETRY_DELAY_MS * 2 ** Math.min(attempt, 8));
        await Promise.race([this.clock.sleep(delayMs), reception.abandoned]);
      }
    }
  }
}

const isAnothers = ({ endCause }: Reception): boolean =>
  endCause === 'superseded' || endCause === 'lost';

/** The ship is to blame only where it was asked. */
function neverAgreed({ streamAskedAt, lastFault }: Reception): Blame {
  if (streamAskedAt !== null) {
    const reason = `The ship never agreed to stream: ${lastFault ?? 'its answer did not come in time'}`;
    return { fault: 'spacecraft', reason };
  }
  if (lastFault === null)
    return { fault: 'system', reason: 'The command came after the planned end' };
  return { fault: 'system', reason: `The ship could not be asked: ${lastFault}` };
}

function endMessage(reception: Reception, outcome: Outcome, report: ContactReport): Envelope {
  const common = {
    contact_id: reception.contactId,
    fence: reception.opening.fence,
    ended_at: report.ended_at,
    report,
  };
  if (outcome.state !== 'failed')
    return envelope<ContactCompletedDto>(CONTACT_COMPLETED, common, new Date(report.ended_at));
  const { fault, reason } = outcome;
  const failed: ContactFailedDto = { ...common, fault, reason };
  return envelope(CONTACT_FAILED, failed, new Date(report.ended_at));
}
