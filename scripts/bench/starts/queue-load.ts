/** What the program with a queue alone is told. */
export interface QueueLoad {
  readonly url: string;
  readonly kind: 'bull' | 'bullmq';
  readonly jobs: number;
  /** Between the first and the last that is due. */
  readonly spreadMs: number;
  /** From adding the last to the first that is due. */
  readonly leadMs: number;
}

export interface QueueOutcome {
  /** In milliseconds, by job. */
  readonly lateness: readonly number[];
}
