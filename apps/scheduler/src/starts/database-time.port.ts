import type { Instant } from '#common/domain';

/** The clock that decides about starts. */
export abstract class DatabaseTime {
  abstract read(): Promise<Instant>;
}
