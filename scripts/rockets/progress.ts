/** Counts answers while messages go out. */
export class Progress {
  readonly #answers = new Map<string, number>();
  readonly #startedAtMs: number;
  #takenCount = 0;
  #answerCount = 0;
  /** The last answer, while it is not one that takes the message. */
  #fault: string | null = null;

  constructor(
    private readonly total: number,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.#startedAtMs = nowMs();
  }

  count(answer: string): void {
    this.#answers.set(answer, (this.#answers.get(answer) ?? 0) + 1);
    this.#answerCount += 1;
    const isTaken = answer.startsWith('2');
    if (isTaken) this.#takenCount += 1;
    this.#fault = isTaken ? null : answer;
  }

  line(): string {
    const percent = Math.floor((100 * this.#takenCount) / this.total);
    const fault = this.#fault === null ? '' : `; answered ${this.#fault}, trying again`;
    return `${percent} %  ${this.#takenCount} of ${this.total} messages, ${this.#rate()}/s${fault}`;
  }

  /** What stands in the way, when nothing at all was taken for so long. */
  hopelessFault(afterSeconds: number): string | null {
    return this.#takenCount === 0 && this.#seconds() >= afterSeconds ? this.#fault : null;
  }

  summary(): string[] {
    const answers = [...this.#answers].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return [
      `sent       ${this.#answerCount}`,
      `answers    ${answers.map(([answer, count]) => `${answer}: ${count}`).join('  ')}`,
      `seconds    ${this.#seconds().toFixed(2)}`,
      `messages/s ${this.#rate()}`,
    ];
  }

  #seconds(): number {
    return (this.nowMs() - this.#startedAtMs) / 1_000;
  }

  #rate(): number {
    return Math.round(this.#takenCount / Math.max(this.#seconds(), 0.001));
  }
}
