import { Injectable, Logger } from '@nestjs/common';
import type { ShipStatement } from '#common/domain';
import { Clock } from '#common/platform';
import { ContactKeys } from '../intake/contact-keys.js';
import { ReceptionRoutes } from '../intake/reception-routes.js';
import { AddressPool } from './address-pool.js';
import { ForeignShips } from './foreign-ships.js';
import type { Reception } from './reception.js';
import { type Agreement, ReceptionStore } from './reception-store.port.js';
import {
  type SentSoFar,
  ShipRefusedError,
  ShipUnreachableError,
  type Spaceship,
  type StoppedStream,
} from './spaceship.port.js';

const ASK_AGAIN_MS = 250;
const ASK_AGAIN_MS_MAX = 5_000;
const STOP_TRIES_MAX = 3;
const STOP_AGAIN_MS = 200;

export type AskOutcome =
  | { readonly kind: 'agreed'; readonly agreement: Agreement }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'never agreed' };

export type RedirectOutcome =
  | { readonly kind: 'redirected'; readonly progress: SentSoFar }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'refused'; readonly reason: string }
  /** The reception was over before the ship answered. */
  | { readonly kind: 'too late' };

export type StopOutcome =
  | { readonly kind: 'stopped'; readonly statement: ShipStatement | null }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unreachable'; readonly reason: string };

/** What an ingestor and a ship say to each other in the course of a contact. */
@Injectable()
export class StreamControl {
  readonly #logger = new Logger(StreamControl.name);

  constructor(
    private readonly ships: ForeignShips,
    private readonly store: ReceptionStore,
    private readonly addresses: AddressPool,
    private readonly routes: ReceptionRoutes,
    private readonly keys: ContactKeys,
    private readonly clock: Clock,
  ) {}

  /** Asks until the ship agrees or refuses, or the reception is over. */
  async ask(reception: Reception): Promise<AskOutcome> {
    for (let attempt = 0; reception.endCause === null; attempt += 1) {
      try {
        return { kind: 'agreed', agreement: await this.#askOnce(reception, attempt) };
      } catch (fault) {
        if (fault instanceof ShipRefusedError) return { kind: 'refused', reason: fault.message };
        reception.lastFault = messageOf(fault);
        if (fault instanceof ShipUnreachableError && fault.isInDoubt) {
          reception.mayBeSentTo = true;
          await this.#move(reception);
        }
      }
      await this.#pause(reception, attempt);
    }
    return { kind: 'never agreed' };
  }

  /** After a restart: from where do its datagrams come? False when that cannot be found out now. */
  async learnSources(reception: Reception): Promise<boolean> {
    try {
      reception.expectFrom(await this.ships.shipOf(reception).addresses());
      return true;
    } catch (fault) {
      reception.lastFault = messageOf(fault);
      return false;
    }
  }

  /** After a restart: null when the stream is gone. Without an answer it is taken for alive. */
  async progress(reception: Reception): Promise<SentSoFar | null> {
    if (!reception.agreement) return null;
    try {
      return await this.ships.shipOf(reception).progress(reception.agreement.eventKey);
    } catch (fault) {
      reception.lastFault = messageOf(fault);
      return { lastSequence: null, sent: null };
    }
  }

  /**
   * After a move to another address: until the ship knows it, or has no such stream, or it is over.
   * Each time the address is noted first, so that nobody who has lost the reception draws its stream
   * away from the one who holds it.
   */
  async redirect(reception: Reception, { eventKey }: Agreement): Promise<RedirectOutcome> {
    for (let attempt = 0; !this.#isOver(reception); attempt += 1) {
      try {
        if (!(await this.#isNoted(reception))) break;
        const progress = await this.ships.shipOf(reception).redirect(eventKey, reception.address!);
        return progress ? { kind: 'redirected', progress } : { kind: 'unknown' };
      } catch (fault) {
        if (fault instanceof ShipRefusedError) return { kind: 'refused', reason: fault.message };
        reception.lastFault = messageOf(fault);
      }
      await this.#pause(reception, attempt);
    }
    return { kind: 'too late' };
  }

  /** Always tried. The statement is the ship's answer, or what its closing packets say. */
  async stop(reception: Reception): Promise<StopOutcome> {
    const { agreement } = reception;
    if (!agreement) return { kind: 'unknown' };
    const ship = this.ships.shipOf(reception);
    for (let attempt = 1; ; attempt += 1) {
      try {
        const stopped = await ship.stop(agreement.eventKey);
        const ended = stopped ?? (await this.#endOf(ship, agreement));
        reception.mayBeSentTo = false;
        reception.statedLast = ended?.lastSequence ?? null;
        if (ended) return { kind: 'stopped', statement: statementOf(agreement, ended) };
        // The first answer may have been lost: then the stream is gone because we stopped it.
        return attempt === 1 ? { kind: 'unknown' } : { kind: 'stopped', statement: null };
      } catch (fault) {
        if (attempt >= STOP_TRIES_MAX) return { kind: 'unreachable', reason: messageOf(fault) };
        await this.clock.sleep(STOP_AGAIN_MS * attempt);
      }
    }
  }

  /** Of a stream that was stopped before, by whoever held the reception, or by an answer that was lost. */
  async #endOf(ship: Spaceship, { eventKey }: Agreement): Promise<StoppedStream | null> {
    const progress = await ship.progress(eventKey);
    return progress?.isOver ? progress : null;
  }

  async #isNoted(reception: Reception): Promise<boolean> {
    const { contactId, opening, address } = reception;
    const isOurs = await this.store.moved(contactId, opening.fence, address!);
    if (!isOurs) reception.end('lost');
    return isOurs;
  }

  #isOver({ endCause, endsAtMs }: Reception): boolean {
    return endCause !== null || endsAtMs <= this.clock.monotonicMs();
  }

  async #pause({ ended }: Reception, attempt: number): Promise<void> {
    const delayMs = Math.min(ASK_AGAIN_MS_MAX, ASK_AGAIN_MS * 2 ** Math.min(attempt, 8));
    await Promise.race([this.clock.sleep(delayMs), ended]);
  }

  /** What was found out ahead of the start is good for the first attempt. */
  async #askOnce(reception: Reception, attempt: number): Promise<Agreement> {
    const { shipName, stream } = reception.opening;
    if (attempt > 0 || !reception.hasSources)
      reception.expectFrom(await this.ships.shipOf(reception).addresses());
    reception.streamAskedAt ??= reception.time.at(this.clock.monotonicMs());
    const started = await this.ships.shipOf(reception).start({
      shipName,
      stream,
      until: reception.surelyOver,
      address: reception.address!,
      key: this.keys.keyOf(reception),
    });
    reception.statedFirst = started.firstSequence;
    const firstSequence = started.firstSequence ?? firstOf(reception);
    return { ...started, firstSequence, streamAskedAt: reception.streamAskedAt };
  }

  /**
   * The answer was lost, so the ship may be sending already, under a key that nobody knows. The next
   * attempt gets another address: the two streams must not mix.
   */
  async #move(reception: Reception): Promise<void> {
    const { contactId, opening, shipId } = reception;
    this.#logger.warn({ message: 'A stream may be left behind: no answer came', contactId });
    try {
      const next = await this.addresses.take(opening.stream.format ?? 'json', shipId);
      const old = reception.address!;
      this.routes.remove(reception);
      reception.address = next;
      this.routes.add(reception);
      reception.mayBeSentTo = false;
      await this.addresses.retire(old, reception.surelyOverAtMs);
      await this.store.moved(contactId, opening.fence, next);
    } catch (fault) {
      this.#logger.warn(fault instanceof Error ? fault : new Error(String(fault)));
    }
  }
}

/** A ship of ours that does not name its first number starts from 1; of a foreign one nobody knows. */
const firstOf = ({ foreign }: Reception): number => (foreign ? 0 : 1);

function statementOf(
  { firstSequence }: Agreement,
  { lastSequence, sent }: StoppedStream,
): ShipStatement | null {
  if (lastSequence !== null) return { firstSequence, lastSequence, sent };
  return sent === null ? null : { firstSequence, lastSequence: firstSequence + sent - 1, sent };
}

const messageOf = (fault: unknown): string =>
  fault instanceof Error ? fault.message : String(fault);
