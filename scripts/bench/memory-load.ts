/** What the program that fills a memory store is told. */
export interface MemoryLoad {
  readonly rockets: number;
  /** Of each rocket. */
  readonly messages: number;
  /** Messages that the store keeps. */
  readonly historyMax: number;
}

export interface MemoryOutcome {
  /** By all that was taken, after the garbage is gone. */
  readonly heapBytes: number;
}
