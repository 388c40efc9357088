import type { StreamFaultsDto } from '#common/contracts';

/** Milliseconds of stream time; `toMs` is the first moment behind it. */
export interface Blackout {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What goes wrong on the way, with every default filled in: nothing. */
export interface FaultProfile {
  readonly loss: number;
  readonly burst: { readonly probability: number; readonly length: number };
  readonly duplicate: number;
  readonly reorder: { readonly probability: number; readonly depth: number };
  readonly corrupt: number;
  readonly delayMs: readonly [least: number, most: number];
  /** In their order, none touching the next. */
  readonly blackouts: readonly Blackout[];
}

export const faultProfileOf = (asked: StreamFaultsDto): FaultProfile => ({
  loss: asked.loss ?? 0,
  burst: asked.burst ?? { probability: 0, length: 1 },
  duplicate: asked.duplicate ?? 0,
  reorder: asked.reorder ?? { probability: 0, depth: 1 },
  corrupt: asked.corrupt ?? 0,
  delayMs: asked.delay_ms ?? [0, 0],
  blackouts: mergedBlackouts(asked.blackouts ?? []),
});

function mergedBlackouts(spans: readonly (readonly [number, number])[]): Blackout[] {
  const merged: { fromMs: number; toMs: number }[] = [];
  for (const [from, to] of spans.toSorted(([one], [other]) => one - other)) {
    const [fromMs, toMs] = [from * 1_000, to * 1_000];
    const last = merged.at(-1);
    if (last !== undefined && fromMs <= last.toMs) last.toMs = Math.max(last.toMs, toMs);
    else merged.push({ fromMs, toMs });
  }
  return merged;
}

/** When something can leave that would leave at `ms`: then, or at the end of the blackout. */
export function afterBlackout(blackouts: readonly Blackout[], ms: number): number {
  for (const { fromMs, toMs } of blackouts) {
    if (ms < fromMs) return ms;
    if (ms < toMs) return toMs;
  }
  return ms;
}
