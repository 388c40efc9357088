import { HttpException, Injectable, Logger, ServiceUnavailableException } from '@nestjs/common';
import { DomainError, type RocketMessage } from '#common/domain';
import { Clock, isUnavailable, problemOf, UnreadableBodyException } from '#common/platform';
import { type BatchItem, readBatch } from './message-batch.js';
import { type BatchItemDto, type BatchResultDto, batchResultOf } from './message-batch.dto.js';
import { channelIn, checkedOfAnySize } from './message-body.js';
import type { Outcome } from './rocket-store.port.js';
import { RocketsService } from './rockets.service.js';

/** Faults that are told of one message; the answer has room for those of all. */
const FAULTS_PER_MESSAGE_MAX = 5;

/** Refused bodies of one batch that are with the store at one time. */
const KEPT_TOGETHER_MAX = 10;
/** How long a batch waits for its refused bodies to be kept. */
const KEEP_MS_MAX = 30_000;

/** A message that does not fit, and what its sender is to hear once it is kept. */
interface Refusal {
  readonly item: BatchItem;
  readonly result: BatchItemDto;
  readonly channel: string | null;
}

/** Takes many messages at once, each for itself. */
@Injectable()
export class BatchesService {
  readonly #logger = new Logger(BatchesService.name);

  constructor(
    private readonly rockets: RocketsService,
    private readonly clock: Clock,
  ) {}

  /** @throws what `readBatch` throws; the store's fault when it is away and nothing was taken */
  async take(text = ''): Promise<BatchResultDto> {
    const items = readBatch(text);
    const checked: (RocketMessage | Refusal)[] = [];
    for (const item of items) checked.push(await checkedOf(item));

    const outcomes = await this.rockets.takeAll(checked.filter(isMessage));
    throwIfAway(outcomes);
    const next = outcomes.values();
    const ends = checked.map((one, at) =>
      isMessage(one) ? this.#endOf(items[at]!, next.next().value!) : one,
    );
    const fault = await this.#keep(ends.filter(isRefusal));
    if (fault === null) return batchResultOf(ends.map(resultOf));
    if (!outcomes.some(({ status }) => status === 'fulfilled')) throw fault;
    // Said to be refused they would not come again, and nobody could look at them.
    const notKept = unavailableBy(fault);
    return batchResultOf(ends.map((end) => (isRefusal(end) ? notKept : end)));
  }

  #endOf(item: BatchItem, outcome: PromiseSettledResult<Outcome>): Refusal | BatchItemDto {
    if (outcome.status === 'fulfilled') return { status: outcome.value };
    const { status } = problemOf(outcome.reason, '');
    if (status < 500) return refusalOf(item, outcome.reason);
    if (status === 500) this.#logger.error(outcome.reason);
    return unavailableBy(outcome.reason);
  }

  /** The fault that kept some from being kept: each further one would meet it too, after a wait of its own. */
  async #keep(refusals: readonly Refusal[]): Promise<unknown> {
    const end = this.clock.monotonicMs() + KEEP_MS_MAX;
    for (let at = 0; at < refusals.length; at += KEPT_TOGETHER_MAX) {
      if (this.clock.monotonicMs() > end) return new ServiceUnavailableException(TOO_SLOW);
      const together = refusals.slice(at, at + KEPT_TOGETHER_MAX);
      const faults = faultsOf(await Promise.allSettled(together.map((one) => this.#reject(one))));
      const away = faults.find(isUnavailable);
      if (away !== undefined) return away;
      for (const fault of faults) this.#logger.error(fault);
    }
    return null;
  }

  #reject({ item, result: { code = '', detail = '' }, channel }: Refusal): Promise<void> {
    return this.rockets.reject({ code, detail, channel, body: item.text() });
  }
}

const TOO_SLOW = 'The refused messages cannot be kept in time; try again later.';

const isMessage = (one: RocketMessage | Refusal): one is RocketMessage => 'number' in one;
const isRefusal = (one: Refusal | BatchItemDto): one is Refusal => 'item' in one;

const resultOf = (end: Refusal | BatchItemDto): BatchItemDto => (isRefusal(end) ? end.result : end);

async function checkedOf(item: BatchItem): Promise<RocketMessage | Refusal> {
  try {
    return await checkedOfAnySize(item.body(), () => item.text());
  } catch (fault) {
    if (!(fault instanceof HttpException)) throw fault;
    return refusalOf(item, fault);
  }
}

function refusalOf(item: BatchItem, fault: unknown): Refusal {
  const channel = fault instanceof UnreadableBodyException ? null : channelIn(item.body());
  return { item, result: refusedBy(fault), channel };
}

function unavailableBy(fault: unknown): BatchItemDto {
  const { code, detail } = problemOf(fault, '');
  return { status: 'unavailable', code, detail };
}

function refusedBy(fault: unknown): BatchItemDto {
  const { code, detail, errors: all } = problemOf(fault, '');
  if (all === undefined) return { status: 'rejected', code, detail };
  const errors = all.slice(0, FAULTS_PER_MESSAGE_MAX);
  return {
    status: 'rejected',
    code,
    detail: errors.map(({ message }) => message).join('; '),
    errors,
  };
}

/** A limit that one message meets is told beside it; a store that is away is everybody's fault. */
function throwIfAway(outcomes: readonly PromiseSettledResult<Outcome>[]): void {
  const faults = faultsOf(outcomes);
  const away = faults.find((fault) => !(fault instanceof DomainError));
  if (away !== undefined && faults.length === outcomes.length) throw away;
}

const faultsOf = (results: readonly PromiseSettledResult<unknown>[]): unknown[] =>
  results.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
