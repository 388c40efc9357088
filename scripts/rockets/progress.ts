/** Counts answers while messages go out. */
export class Progress {
  readonly #answers = new Map<string, number>();
  readonly #startedAtMs: number;
  #takenCount = 0;
  #answerCount = 0;

  constructor(
    private readonly total: number,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.#startedAtMs = nowMs();
  }

  count(answer: string): void {
    this.#answers.set(answer, (this.#answers.get(answer) ?? 0) + 1);
    this.#answerCount += 1;
    if (answer.startsWith('2')) this.#takenCount += 1;
  }

  line(): string {
    const percent = Math.floor((100 * this.#takenCount) / this.total);
    return `${percent} %  ${this.#takenCount} of ${this.total} messages, ${this.#rate()}/s`;
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
