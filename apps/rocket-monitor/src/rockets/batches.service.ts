import { HttpException, Injectable, Logger } from '@nestjs/common';
import { DomainError, type RocketMessage } from '#common/domain';
import { problemOf, UnreadableBodyException } from '#common/platform';
import { type BatchItem, readBatch } from './message-batch.js';
import { type BatchItemDto, type BatchResultDto, batchResultOf } from './message-batch.dto.js';
import { channelIn, checkedOfAnySize } from './message-body.js';
import type { Outcome } from './rocket-store.port.js';
import { RocketsService } from './rockets.service.js';

/** Faults that are told of one message; the answer has room for those of all. */
const FAULTS_PER_MESSAGE_MAX = 5;

/** Takes many messages at once, each for itself. */
@Injectable()
export class BatchesService {
  readonly #logger = new Logger(BatchesService.name);

  constructor(private readonly rockets: RocketsService) {}

  /** @throws what `readBatch` throws; the store's fault when it is away and nothing was taken */
  async take(text = ''): Promise<BatchResultDto> {
    const items = readBatch(text);
    const checked: (RocketMessage | BatchItemDto)[] = [];
    for (const item of items) checked.push(await this.#check(item));

    const outcomes = await this.rockets.takeAll(checked.filter(isMessage));
    throwIfAway(outcomes);
    const next = outcomes.values();
    const results: BatchItemDto[] = [];
    for (const [at, one] of checked.entries())
      results.push(isMessage(one) ? await this.#resultOf(items[at]!, next.next().value!) : one);
    return batchResultOf(results);
  }

  async #check(item: BatchItem): Promise<RocketMessage | BatchItemDto> {
    try {
      return await checkedOfAnySize(item.body(), () => item.text());
    } catch (fault) {
      if (!(fault instanceof HttpException)) throw fault;
      return this.#refuse(item, fault);
    }
  }

  async #refuse(item: BatchItem, fault: unknown): Promise<BatchItemDto> {
    const refused = refusedBy(fault);
    const channel = fault instanceof UnreadableBodyException ? null : channelIn(item.body());
    const { code = '', detail = '' } = refused;
    await this.rockets
      .reject({ code, detail, channel, body: item.text() })
      .catch((error: unknown) => this.#logger.error(error));
    return refused;
  }

  async #resultOf(item: BatchItem, outcome: PromiseSettledResult<Outcome>): Promise<BatchItemDto> {
    if (outcome.status === 'fulfilled') return { status: outcome.value };
    const { status, code, detail } = problemOf(outcome.reason, '');
    if (status < 500) return this.#refuse(item, outcome.reason);
    if (status === 500) this.#logger.error(outcome.reason);
    return { status: 'unavailable', code, detail };
  }
}

const isMessage = (one: RocketMessage | BatchItemDto): one is RocketMessage => 'channel' in one;

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
  const faults = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  const away = faults.find((fault) => !(fault instanceof DomainError)) as unknown;
  if (away !== undefined && faults.length === outcomes.length) throw away;
}
