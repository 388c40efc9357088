import type { Verdict } from './replay-answers.js';

/** Counts what becomes of a file's messages while they go out. */
export class ReplayTally {
  readonly #startedAtMs: number;
  #newCount = 0;
  #duplicateCount = 0;
  #conflictCount = 0;
  #refusedCount = 0;
  /** Taken out of the file and not answered for yet. */
  #underWayCount = 0;
  #hasAnswer = false;
  /** The last answer, while it is not one that says what became of the messages. */
  #fault: string | null = null;

  constructor(private readonly nowMs: () => number = () => performance.now()) {
    this.#startedAtMs = nowMs();
  }

  get refusedCount(): number {
    return this.#refusedCount;
  }

  add(messageCount: number): void {
    this.#underWayCount += messageCount;
  }

  settle({ newCount, duplicateCount, conflictCount, again }: Verdict): void {
    this.#newCount += newCount;
    this.#duplicateCount += duplicateCount;
    this.#conflictCount += conflictCount;
    this.#underWayCount -= newCount + duplicateCount + conflictCount;
    this.#hasAnswer = true;
    this.#fault = again.length > 0 ? `unavailable for ${again.length}` : null;
  }

  /** @param wasSent false for a line that there was no use in sending */
  refuse(wasSent: boolean): void {
    this.#refusedCount += 1;
    if (wasSent) this.#underWayCount -= 1;
  }

  fail(status: string): void {
    if (/^\d/.test(status)) this.#hasAnswer = true;
    this.#fault = status;
  }

  line(): string {
    const fault = this.#fault === null ? '' : `; answered ${this.#fault}, trying again`;
    return `${this.#doneCount} messages, ${this.#rate()}/s${fault}`;
  }

  /** What stands in the way, when nobody has answered at all for so long. */
  hopelessFault(afterSeconds: number): string | null {
    return !this.#hasAnswer && this.#seconds() >= afterSeconds ? this.#fault : null;
  }

  /** @param tellsConflicts false: they are among the duplicates */
  summary(tellsConflicts: boolean): string[] {
    return [
      `messages   ${this.#doneCount + this.#underWayCount}`,
      `new        ${this.#newCount}`,
      `duplicates ${this.#duplicateCount}${tellsConflicts ? '' : ' (or conflicts)'}`,
      ...(tellsConflicts ? [`conflicts  ${this.#conflictCount}`] : []),
      `rejected   ${this.#refusedCount}`,
      ...(this.#underWayCount > 0 ? [`unsent     ${this.#underWayCount}`] : []),
      `seconds    ${this.#seconds().toFixed(2)}`,
      `messages/s ${this.#rate()}`,
    ];
  }

  get #doneCount(): number {
    return this.#newCount + this.#duplicateCount + this.#conflictCount + this.#refusedCount;
  }

  #seconds(): number {
    return (this.nowMs() - this.#startedAtMs) / 1_000;
  }

  #rate(): number {
    return Math.round(this.#doneCount / Math.max(this.#seconds(), 0.001));
  }
}
