import { setTimeout as wait } from 'node:timers/promises';
import { below, pick, type Random } from '../rockets/random.js';
import type { Booking, Change } from './bookings.js';
import type { History, Outcome } from './history.js';
import { type Answer, call } from './http-call.js';

const ANSWER_MS_MAX = 4_000;
/** Doubled from try to try: hundreds of clients that hurry would be a storm of their own. */
const AGAIN_MS = 150;
const AGAIN_MS_MAX = 3_000;
/** A contact that nobody took for so long is given up. */
const BOOK_MS_MAX = 60_000;
const CHANGE_MS_MAX = 15_000;
/** So that a start that slipped is still in the future when the scheduler reads it. */
const LEAD_MS_MIN = 1_000;
const SEE_EVERY_MS = 250;
const INTERVAL_SECONDS = 0.1;

/** The status of a booking of which nothing came: another has the antenna then. */
const ANTENNA_TAKEN = 409;

/** What is asked for, to the letter: under a key nothing of it may change. */
interface Order {
  readonly booking: Booking;
  readonly attempt: number;
  readonly shipName: string;
  readonly body: { readonly start_time: string };
  readonly key: string | null;
}

interface Booked {
  readonly shipName: string;
  readonly id: string;
}

/** The clients of the schedulers: each books its contact, some move or end it, one looks around. */
export class Clients {
  readonly #booked: Booked[] = [];
  #unbookedCount = 0;
  #startedAtMs = 0;

  constructor(
    private readonly schedulers: readonly string[],
    private readonly history: History,
    private readonly random: Random,
    private readonly signal: AbortSignal,
  ) {}

  get bookedCount(): number {
    return this.#booked.length;
  }

  /** Given up: an outage that lasted too long. */
  get unbookedCount(): number {
    return this.#unbookedCount;
  }

  /** Ends when all have done what they wanted. */
  async run(bookings: readonly Booking[]): Promise<void> {
    this.#startedAtMs = Date.now();
    const looking = new AbortController();
    const looks = this.#lookAround(AbortSignal.any([looking.signal, this.signal]));
    await Promise.all(bookings.map((booking) => this.#serve(booking)));
    looking.abort();
    await looks;
  }

  async #serve(booking: Booking): Promise<void> {
    await this.#until(booking.bookAtMs);
    const booked = await this.#book(booking);
    if (booked === null) return void (this.#unbookedCount += this.signal.aborted ? 0 : 1);
    this.#booked.push(booked);
    if (booking.change) await this.#change(booked, booking.change);
  }

  /**
   * Until a scheduler says 201. One whose answer stays out may have taken it: who has a key asks for the
   * same again; without one the next try is another contact, with another ship.
   */
  async #book(booking: Booking): Promise<Booked | null> {
    const giveUpAt = performance.now() + BOOK_MS_MAX;
    let order = this.#orderOf(booking, 1);
    for (let tries = 0; performance.now() < giveUpAt && !this.signal.aborted; tries += 1) {
      const answer = await this.#postContact(order);
      if (outcomeOf(answer) === 'ok') return { shipName: order.shipName, id: idIn(answer) };
      order = this.#nextOrder(order, answer);
      await this.#pause(againMs(tries));
    }
    return null;
  }

  /** What was refused for sure, or never heard, may be asked for again under the same name. */
  #nextOrder(order: Order, answer: Answer): Order {
    const { booking, attempt, key } = order;
    const isRefused = answer.kind === 'answer' && answer.status < 500;
    if (key !== null && !isRefused) return order;
    if (answer.kind === 'answer' && answer.status === ANTENNA_TAKEN)
      return this.#orderOf({ ...booking, antenna: null }, attempt + 1);
    const isSure = answer.kind === 'unsent' || (isRefused && key === null);
    return this.#orderOf(booking, isSure ? attempt : attempt + 1);
  }

  #orderOf(booking: Booking, attempt: number): Order {
    const { durationSeconds: duration, format, batteries, antenna, isKeyed } = booking;
    const shipName = attempt === 1 ? booking.shipName : `${booking.shipName} try ${attempt}`;
    const startMs = Math.max(this.#startedAtMs + booking.startAtMs, Date.now() + LEAD_MS_MIN);
    const body = {
      ship_name: shipName,
      start_time: new Date(startMs).toISOString(),
      duration,
      ...(antenna !== null && { antenna }),
      stream: { format, interval: INTERVAL_SECONDS, ...(format === 'ccsds' && { batteries }) },
    };
    return { booking, attempt, shipName, body, key: isKeyed ? `storm ${shipName}` : null };
  }

  #postContact({ shipName, body, key }: Order): Promise<Answer> {
    const about = { operation: 'book', shipName, startTime: body.start_time } as const;
    const headers = key === null ? {} : { 'idempotency-key': key };
    return this.#send('POST', `/scheduler/`, { ...about, contactId: null }, body, headers);
  }

  /** To say it twice does no harm, so it is repeated until somebody answers. */
  async #change({ id, shipName }: Booked, change: Change): Promise<void> {
    await this.#until(change.atMs);
    const giveUpAt = performance.now() + CHANGE_MS_MAX;
    const isMove = change.kind === 'move';
    const startTime = isMove ? new Date(this.#startedAtMs + change.toMs).toISOString() : null;
    for (let tries = 0; performance.now() < giveUpAt && !this.signal.aborted; tries += 1) {
      const answer = await this.#send(
        isMove ? 'PATCH' : 'DELETE',
        `/scheduler/${id}`,
        { operation: change.kind, shipName, contactId: id, startTime },
        isMove ? { start_time: startTime } : undefined,
      );
      if (answer.kind === 'answer' && answer.status < 500) return;
      await this.#pause(againMs(tries));
    }
  }

  /** Whoever was shown an end state must never be shown another. */
  async #lookAround(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await wait(SEE_EVERY_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted || this.#booked.length === 0) continue;
      const { id, shipName } = pick(this.random, this.#booked);
      const about = { operation: 'see', shipName, contactId: id, startTime: null } as const;
      await this.#send('GET', `/scheduler/${id}`, about);
    }
  }

  async #send(
    method: string,
    path: string,
    about: Pick<HistoryAbout, 'operation' | 'shipName' | 'contactId' | 'startTime'>,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    this.history.add({ ...about, phase: 'invoke', status: null, state: null });
    const scheduler = this.schedulers[below(this.random, this.schedulers.length)] ?? '';
    const answer = await call(method, `${scheduler}${path}`, ANSWER_MS_MAX, body, headers);
    const phase = outcomeOf(answer);
    const status = answer.kind === 'answer' ? answer.status : null;
    const contactId = about.contactId ?? (phase === 'ok' ? idIn(answer) : null);
    const state = phase === 'ok' ? textIn(answer, 'state') : null;
    this.history.add({ ...about, phase, status, contactId, state });
    return answer;
  }

  #until(atMs: number): Promise<void> {
    return this.#pause(Math.max(0, this.#startedAtMs + atMs - Date.now()));
  }

  #pause(ms: number): Promise<void> {
    return wait(ms, undefined, { signal: this.signal }).catch(() => undefined);
  }
}

const againMs = (tries: number): number => Math.min(AGAIN_MS_MAX, AGAIN_MS * 2 ** tries);

type HistoryAbout = Parameters<History['add']>[0];

/** A 5xx may come from a commit whose answer was lost. */
function outcomeOf(answer: Answer): Outcome {
  if (answer.kind === 'unsent') return 'fail';
  if (answer.kind === 'unknown' || answer.status >= 500) return 'unknown';
  return answer.status < 300 ? 'ok' : 'fail';
}

const idIn = (answer: Answer): string => textIn(answer, 'id') ?? '';

function textIn(answer: Answer, field: string): string | null {
  if (answer.kind !== 'answer' || typeof answer.body !== 'object') return null;
  const value = (answer.body as Record<string, unknown> | null)?.[field];
  return typeof value === 'string' ? value : null;
}
