/** What levels need of whoever reads packets: fields, and per battery their values in that order. */
export interface LevelSource {
  readonly fields: readonly { readonly name: string }[];
  samplesOf(
    packet: Buffer,
  ): readonly { readonly battery: number; readonly values: readonly unknown[] }[];
}

export abstract class LevelSources {
  /** By the definition of a block; undefined for one that is not known here. */
  abstract named(definition: string): LevelSource | undefined;
}
