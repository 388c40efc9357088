import { ContactAccount, type Instant, MICROS_PER_SECOND } from '#common/domain';
import type { ShipStatement } from '#common/domain';
import { CountUnwrapper } from '../packets/count-unwrapper.js';
import { ContactTime } from './contact-time.js';
import type {
  Agreement,
  NewReception,
  ReceptionAddress,
  ReceptionOpening,
  ReceptionProgress,
  StoredReception,
} from './reception-store.port.js';

/** A ship that we never hear of again ends by itself: long enough for a stop at the planned end. */
const LEFT_BEHIND_MICROS = 10 * MICROS_PER_SECOND;

/** Why a reception is over. With the last three the contact itself goes on; lost: another ingestor has it. */
export type EndCause = 'planned end' | 'stopped' | 'given up' | 'superseded' | 'lost' | 'shutdown';

/** One open reception, in memory: what routing, decoding and the course of the contact share. */
export class Reception {
  readonly opening: ReceptionOpening;
  readonly shipId: number;
  readonly account: ContactAccount;
  readonly time = new ContactTime();
  /** Null: the ship is ours, which is asked for its stream and says its numbers in full. */
  readonly foreign: CountUnwrapper | null;
  address: ReceptionAddress | null;
  agreement: Agreement | null = null;
  streamAskedAt: Instant | null = null;
  firstDatagramAt: Instant | null = null;
  closingSequence: number | null = null;
  /** The first number, as the ship answered when it was asked; null where that was left out. */
  statedFirst: number | null = null;
  /** The last number, as the ship answered when it was told to stop; null where that was left out. */
  statedLast: number | null = null;
  lastDatagramAtMonotonicMs = 0;
  endCause: EndCause | null = null;
  /** The number of the last block that was sealed; 0 before the first. */
  lastBlock = 0;
  /** The ship was asked to send to this address, and nothing says that it does not (any more). */
  mayBeSentTo = false;
  /** Why the ship is not streaming yet, in words. */
  lastFault: string | null = null;
  readonly ended: Promise<void>;
  /** The app stops: what is not stored by now is left to its next start. */
  readonly abandoned: Promise<void>;
  isAbandoned = false;
  #resolveEnded: () => void = () => undefined;
  #resolveAbandoned: () => void = () => undefined;
  #sources: ReadonlySet<string> | null = null;

  private constructor(reception: NewReception, account: ContactAccount) {
    const { foreign } = reception.progress;
    this.foreign = foreign ? new CountUnwrapper(foreign.count) : null;
    this.opening = reception.opening;
    this.shipId = reception.shipId;
    this.address = reception.address;
    this.account = account;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    this.abandoned = new Promise((resolve) => {
      this.#resolveAbandoned = resolve;
    });
  }

  static open(
    opening: ReceptionOpening,
    shipId: number,
    address: ReceptionAddress | null,
  ): Reception {
    const accounting = opening.stream.format === 'ccsds' ? 'sequence' : 'totals';
    const account = ContactAccount.open(accounting);
    const progress = { account: account.snapshot(), firstDatagramAt: null, closingSequence: null };
    return new Reception({ opening, shipId, address, openedAt: 0, progress }, account);
  }

  /** Of a ship that sends whether or not a contact listens; only what is from these addresses is its own. */
  static openForeign(
    opening: ReceptionOpening,
    shipId: number,
    address: ReceptionAddress | null,
    sources: ReadonlySet<string>,
  ): Reception {
    const account = ContactAccount.open('sequence');
    const snapshot = { account: account.snapshot(), firstDatagramAt: null, closingSequence: null };
    const progress = { ...snapshot, foreign: { count: null } };
    const reception = new Reception({ opening, shipId, address, openedAt: 0, progress }, account);
    reception.expectFrom(sources);
    return reception;
  }

  static restore(stored: StoredReception): Reception {
    const { account, firstDatagramAt, closingSequence } = stored.progress;
    const reception = new Reception(stored, ContactAccount.restore(account, stored.good));
    reception.agreement = stored.agreement;
    reception.streamAskedAt = stored.agreement?.streamAskedAt ?? null;
    reception.firstDatagramAt = firstDatagramAt;
    reception.closingSequence = closingSequence;
    reception.statedFirst = stored.progress.statedFirst ?? null;
    reception.lastBlock = stored.lastBlock;
    if (stored.isClosed) reception.end('stopped');
    return reception;
  }

  /**
   * One that goes on. Its counts were stored with its datagrams: those of a batch that a disk lost are
   * among the counts of the next one.
   */
  static resume(stored: StoredReception): Reception {
    const reception = Reception.restore(stored);
    const { accounting, good } = stored.progress.account;
    if (accounting === 'sequence') reception.account.keepOnly(stored.good, good);
    return reception;
  }

  get contactId(): string {
    return this.opening.contactId;
  }

  get shipName(): string {
    return this.opening.shipName;
  }

  /** Only datagrams from these addresses are the ship's. */
  expectFrom(addresses: ReadonlySet<string>): void {
    this.#sources = addresses;
  }

  /** Whether `expectFrom` was told. */
  get hasSources(): boolean {
    return this.#sources !== null;
  }

  isFrom(address: string): boolean {
    return this.#sources?.has(address) ?? false;
  }

  noteArrival(receivedAt: Instant, monotonicMs: number): void {
    this.firstDatagramAt ??= receivedAt;
    this.lastDatagramAtMonotonicMs = monotonicMs;
  }

  /** Of one that another ingestor received, or this one after it was over. */
  noteLateArrival(receivedAt: Instant): void {
    this.firstDatagramAt = Math.min(this.firstDatagramAt ?? receivedAt, receivedAt);
  }

  /** When the planned end comes, by the monotonic clock. */
  get endsAtMs(): number {
    return this.time.monotonicMsOf(this.opening.plannedEnd);
  }

  /** When the ship has ended by itself, though nobody ever told it to. */
  get surelyOver(): Instant {
    return this.opening.plannedEnd + LEFT_BEHIND_MICROS;
  }

  /** The same, by the monotonic clock. */
  get surelyOverAtMs(): number {
    return this.time.monotonicMsOf(this.surelyOver);
  }

  /** The first cause stands. */
  end(cause: EndCause): void {
    this.endCause ??= cause;
    this.#resolveEnded();
  }

  abandon(): void {
    this.isAbandoned = true;
    this.end('shutdown');
    this.#resolveAbandoned();
  }

  progress(): ReceptionProgress {
    const { firstDatagramAt, closingSequence, statedFirst, foreign } = this;
    const account = this.account.snapshot();
    return {
      account,
      firstDatagramAt,
      closingSequence,
      ...(statedFirst !== null && { statedFirst }),
      ...(foreign && { foreign: { count: foreign.state } }),
    };
  }

  /** What the closing packets state; null without them. */
  closingStatement(): ShipStatement | null {
    if (this.agreement === null || this.closingSequence === null) return null;
    const { firstSequence } = this.agreement;
    return { firstSequence, lastSequence: this.closingSequence, sent: null };
  }
}
