import { Injectable } from '@nestjs/common';
import { DomainError } from '#common/domain';
import { RequestPlaces } from '#common/platform';

/** Bulks that are read, booked or answered at one time: each takes tens of megabytes. */
export const BULKS_MAX = 4;

@Injectable()
export class BulkPlaces extends RequestPlaces {
  constructor() {
    super(BULKS_MAX, full);
  }
}

const full = (): DomainError =>
  new DomainError(
    'BULKS_FULL',
    `${BULKS_MAX} bulks are being booked, and no more at one time; send it again later.`,
  );
