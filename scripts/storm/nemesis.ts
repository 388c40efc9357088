import { appendFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Strike } from './strikes.js';
import type { Kind, Target } from './target.js';

/** A strike as it happened; wall clock times, to be held against those of the database. */
export interface Outage {
  readonly target: string;
  readonly kind: Kind;
  readonly action: Strike['action'];
  readonly fromMs: number;
  /** When it answered again. */
  readonly toMs: number;
}

/** Strikes as planned, one after the other at each target, and sees that each comes back. */
export class Nemesis {
  readonly outages: Outage[] = [];
  /** Targets that are away right now. */
  readonly away = new Set<string>();
  #startedAt = performance.now();

  constructor(
    private readonly targets: readonly Target[],
    private readonly logFile: string,
    private readonly signal: AbortSignal,
  ) {}

  /** Ends when the last one that was struck is back. Rejects when one does not come back. */
  async run(strikes: readonly Strike[]): Promise<void> {
    this.#startedAt = performance.now();
    await Promise.all(
      this.targets.map(async (target) => {
        for (const strike of strikes.filter((planned) => planned.target === target.name)) {
          await this.#pause(strike.atMs - (performance.now() - this.#startedAt));
          if (this.signal.aborted) return;
          await this.#strike(target, strike);
        }
      }),
    );
  }

  async #strike(target: Target, { action, forMs, kind }: Strike): Promise<void> {
    const fromMs = Date.now();
    this.away.add(target.name);
    this.#log(action, target);
    await (action === 'kill' ? target.kill() : target.freeze());
    await this.#pause(forMs);
    await (action === 'kill' ? target.revive() : target.thaw());
    if (this.signal.aborted) return;
    await target.waitUntilBack();
    this.away.delete(target.name);
    this.#log('back', target);
    this.outages.push({ target: target.name, kind, action, fromMs, toMs: Date.now() });
  }

  #log(what: string, { name }: Target): void {
    const atMs = Math.round(performance.now() - this.#startedAt);
    const line = { atMs, time: new Date().toISOString(), what, target: name };
    appendFileSync(this.logFile, `${JSON.stringify(line)}\n`);
  }

  #pause(ms: number): Promise<void> {
    return wait(Math.max(0, ms), undefined, { signal: this.signal }).catch(() => undefined);
  }
}
