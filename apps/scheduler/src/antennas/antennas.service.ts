import { Injectable, Logger } from '@nestjs/common';
import { isText } from '#common/contracts';
import { DomainError } from '#common/domain';
import { Clock, type Page, pageOf, ValidationException } from '#common/platform';
import type { Cause } from '../contacts/contact-store.port.js';
import { StartsService } from '../starts/starts.service.js';
import type { BookingTerms } from './antenna-conflict.js';
import {
  type Antenna,
  type AntennaBlock,
  AntennaStore,
  type Blocking,
  type BlockPosition,
} from './antenna-store.port.js';
import { ANTENNA_CHARS_MAX, type BlockDto, newBlockOf } from './antenna.dto.js';

/** The receiving resources that contacts are booked on. */
@Injectable()
export class AntennasService {
  readonly #logger = new Logger(AntennasService.name);

  constructor(
    private readonly store: AntennaStore,
    private readonly starts: StartsService,
    private readonly clock: Clock,
  ) {}

  async page(limit: number, after: string | null): Promise<Page<Antenna>> {
    return pageOf(await this.store.page(limit + 1, after), limit, ({ name }) => [name]);
  }

  async get(name: string): Promise<Antenna> {
    checkName(name);
    const antenna = await this.store.find(name);
    if (!antenna) throw new DomainError('ANTENNA_NOT_FOUND', `No antenna has the name ${name}`);
    return antenna;
  }

  async put(name: string, description: string | null): Promise<Antenna> {
    checkName(name);
    return this.store.put({ name, description });
  }

  async remove(name: string): Promise<void> {
    checkName(name);
    await this.store.remove(name);
  }

  async block(name: string, dto: BlockDto, cause: Cause, terms: BookingTerms): Promise<Blocking> {
    checkName(name);
    const block = newBlockOf(dto, this.clock.nowMs() * 1_000);
    const made = await this.store.block(name, block, cause, terms);
    this.starts.disarm(made.displaced);
    this.#logger.log({ message: 'An antenna was blocked', antenna: name, ...made });
    return made;
  }

  async blocks(
    name: string,
    limit: number,
    after: BlockPosition | null,
  ): Promise<Page<AntennaBlock>> {
    checkName(name);
    const found = await this.store.blocks(name, limit + 1, after);
    return pageOf(found, limit, ({ start, id }) => [start, id]);
  }

  async unblock(name: string, id: string): Promise<void> {
    checkName(name);
    await this.store.unblock(name, id);
  }
}

function checkName(name: string): void {
  if (isText(name, 1, ANTENNA_CHARS_MAX)) return;
  const message = `name must be text of 1 to ${ANTENNA_CHARS_MAX} characters, without NUL`;
  throw new ValidationException([{ field: 'name', message }]);
}
