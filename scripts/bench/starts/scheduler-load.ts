/** What the program with the scheduler is told. */
export interface SchedulerLoad {
  readonly databaseUrl: string;
  readonly redisUrl: string;
}

/** The contact, and when its command came from the bus, in milliseconds since 1970. */
export type Handed = readonly [contactId: string, atMs: number];

/** What it says when it is ready. */
export interface SchedulerGreeting {
  readonly pid: number;
  /** Answers each request with what was handed over since the last one. */
  readonly url: string;
}

export interface SchedulerAnswer {
  readonly handed: readonly Handed[];
  readonly preparedCount: number;
}
