import { Injectable } from '@nestjs/common';
import { DomainError } from '#common/domain';

/** At a time: each keeps a reading of the archive open, and of these there are few. */
export const EXPORTS_MAX = 3;

@Injectable()
export class ExportPlaces {
  #taken = 0;

  get takenCount(): number {
    return this.#taken;
  }

  /** Gives the way to leave, which counts once. @throws {DomainError} EXPORTS_FULL */
  enter(): () => void {
    if (this.#taken >= EXPORTS_MAX)
      throw new DomainError('EXPORTS_FULL', `${EXPORTS_MAX} exports are under way already.`);
    this.#taken += 1;
    let isLeft = false;
    return () => {
      if (isLeft) return;
      isLeft = true;
      this.#taken -= 1;
    };
  }
}
