/** Where the columns of a slab begin in its memory, bytes, and how much fits. */
export interface SlabLayout {
  readonly size: number;
  readonly datagramsMax: number;
  readonly bytesMax: number;
  readonly nameBytes: number;
  readonly sourcesMax: number;
  readonly receivedAtMs: number;
  readonly count: number;
  readonly starts: number;
  readonly lengths: number;
  readonly ports: number;
  readonly sourceOf: number;
  readonly names: number;
  readonly bytes: number;
}
