import { Injectable } from '@nestjs/common';
import { DomainError } from '#common/domain';
import { RequestPlaces } from '#common/platform';

/** Batches that are read, worked on or answered at one time: each body is up to 8 MiB, its values more. */
export const BATCHES_MAX = 4;

@Injectable()
export class BatchPlaces extends RequestPlaces {
  constructor() {
    super(BATCHES_MAX, full);
  }
}

const full = (): DomainError =>
  new DomainError(
    'ROCKET_BATCHES_FULL',
    `${BATCHES_MAX} batches are being taken, and no more at one time; send it again later.`,
  );
