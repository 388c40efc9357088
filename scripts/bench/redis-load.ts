/** What the program at the Redis is told. */
export interface RedisLoad {
  readonly url: string;
  /** `store`: by the class; `script`: a script that does next to nothing with the same arguments. */
  readonly what: 'store' | 'script';
  /** Each by itself, so many under way; or so many together, and then the next so many. */
  readonly together: number;
  readonly isBatch: boolean;
  readonly seconds: number;
  readonly seed: number;
}

export interface RedisOutcome {
  readonly messages: number;
  readonly seconds: number;
}
