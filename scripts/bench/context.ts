import type { BenchOptions } from './options.js';
import type { Servers } from './servers.js';

/** What every measurement is given. */
export interface BenchContext {
  readonly options: BenchOptions;
  /** For logs and data; gone in the end. */
  readonly folder: string;
  readonly servers: Servers;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}
