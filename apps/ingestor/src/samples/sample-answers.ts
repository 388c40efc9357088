import { Injectable } from '@nestjs/common';
import { type Page, ValidationException } from '#common/platform';
import { MinMaxService } from './min-max.service.js';
import { NewestService } from './newest.service.js';
import { type SampleWire, SampleWriter } from './sample-writer.js';
import { type LatestQueryDto, type SamplesQueryDto, sizeIn } from './sample-query.dto.js';
import { SampleScopes } from './sample-scope.js';
import { SamplesService } from './samples.service.js';
import { StretchDto } from './stretch.dto.js';

export type SampleAnswer = SampleWire | StretchDto;

/** Answers by the strategy that was asked for. */
@Injectable()
export class SampleAnswers {
  constructor(
    private readonly scopes: SampleScopes,
    private readonly pages: SamplesService,
    private readonly newest: NewestService,
    private readonly minMax: MinMaxService,
  ) {}

  /** @throws {DomainError} SHIP_NOT_FOUND, SAMPLES_TOO_MANY; {ValidationException} */
  async samples(name: string, query: SamplesQueryDto): Promise<Page<SampleAnswer>> {
    refuseWhatHasNoMeaning(query);
    const scope = await this.scopes.of(name, query);
    const writer = new SampleWriter(scope.fields, query.include !== undefined);
    switch (query.strategy) {
      case 'raw': {
        const { items, next } = await this.pages.page(scope, query);
        return { items: items.map((sample) => writer.wireOf(sample)), next };
      }
      case 'latest': {
        const samples = await this.newest.samples(scope);
        return { items: samples.map((sample) => writer.wireOf(sample)), next: null };
      }
      case 'minmax': {
        const isFieldAsked = query.field !== undefined;
        const stretches = await this.minMax.stretches(scope, sizeIn(query.size), isFieldAsked);
        return { items: stretches.map((stretch) => StretchDto.of(stretch)), next: null };
      }
    }
  }

  /** @throws {DomainError} SHIP_NOT_FOUND */
  async latest(name: string, { include }: LatestQueryDto): Promise<SampleWire[]> {
    const { latest, fields } = await this.scopes.of(name, {});
    const writer = new SampleWriter(fields, include !== undefined);
    return this.newest.samplesIn(latest).map((sample) => writer.wireOf(sample));
  }
}

function refuseWhatHasNoMeaning({ strategy, size, cursor, include }: SamplesQueryDto): void {
  // Open MCT asks for the latest with a size of 1.
  if (strategy === 'raw' && size !== undefined)
    throw fault('size', 'size is for strategy=minmax; strategy=raw has limit');
  if (strategy !== 'raw' && cursor !== undefined)
    throw fault('cursor', 'cursor is for strategy=raw: the others have one page');
  if (strategy === 'minmax' && include !== undefined)
    throw fault('include', 'include is for samples: strategy=minmax has none');
}

const fault = (field: string, message: string): ValidationException =>
  new ValidationException([{ field, message }]);
