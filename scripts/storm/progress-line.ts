import type { StormOptions } from './options.js';
import type { StormProgress } from './storm.js';

const COLUMNS_DEFAULT = 80;
const CLEAR_LINE = '\r\u001b[K';
const PLAIN_EVERY_SECONDS = 15;

/** One line that changes in place; in a pipe, one now and then. */
export class ProgressLine {
  #toldAtSeconds = Number.NEGATIVE_INFINITY;
  #toldPhase = '';

  constructor(
    private readonly out: NodeJS.WriteStream,
    private readonly options: StormOptions,
  ) {}

  show(progress: StormProgress): void {
    const text = this.#text(progress);
    if (this.out.isTTY) {
      // A line that wraps would stay.
      this.out.write(`${CLEAR_LINE}${text.slice(0, (this.out.columns ?? COLUMNS_DEFAULT) - 1)}`);
      return;
    }
    const { seconds, phase } = progress;
    if (phase === this.#toldPhase && seconds - this.#toldAtSeconds < PLAIN_EVERY_SECONDS) return;
    this.#toldAtSeconds = seconds;
    this.#toldPhase = phase;
    this.out.write(`${text}\n`);
  }

  clear(): void {
    if (this.out.isTTY) this.out.write(CLEAR_LINE);
  }

  #text({ phase, seconds, booked, strikes, rocketMessages, away }: StormProgress): string {
    if (phase === 'starting') return 'Starting PostgreSQL, Redis, RabbitMQ and eight apps …';
    const { contacts, messages } = this.options;
    const parts = [
      `${phase} ${seconds} s`,
      `booked ${booked}/${contacts}`,
      `strikes ${strikes}`,
      `rocket messages ${rocketMessages}/${messages}`,
      ...(away.length > 0 ? [`away: ${away.join(' ')}`] : []),
    ];
    return parts.join('  ');
  }
}
