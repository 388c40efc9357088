const COLUMNS_DEFAULT = 80;
const CLEAR_BELOW = '\u001b[J';
const lineUp = (count: number): string => (count === 0 ? '' : `\u001b[${count}A\r`);

/** A terminal gets lines that change in place; a pipe gets each line once. */
export class Screen {
  readonly isLive: boolean;
  #liveCount = 0;
  #last = '';

  constructor(private readonly out: NodeJS.WriteStream) {
    this.isLive = out.isTTY && process.env['CI'] === undefined;
  }

  /** A line that stays. */
  say(line = ''): void {
    this.#liveCount = 0;
    this.out.write(`${line}\n`);
  }

  /** Lines that replace those shown before; in a pipe, `plain` instead, when it is news. */
  show(lines: readonly string[], plain: string): void {
    if (!this.isLive) {
      if (plain !== this.#last) this.out.write(`${plain}\n`);
      this.#last = plain;
      return;
    }
    // A line that wraps would be two on the screen, and the way back up too short.
    const width = (this.out.columns ?? COLUMNS_DEFAULT) - 1;
    const cut = lines.map((line) => line.slice(0, width));
    this.out.write(`${lineUp(this.#liveCount)}${CLEAR_BELOW}${cut.join('\n')}\n`);
    this.#liveCount = lines.length;
  }
}

/** Columns as wide as their widest cell; numbers to the right. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string[] {
  const widths = head.map((title, at) =>
    Math.max(title.length, ...rows.map((row) => String(row[at] ?? '').length)),
  );
  const line = (cells: readonly (string | number)[]): string =>
    cells
      .map((cell, at) => {
        const width = widths[at] ?? 0;
        return typeof cell === 'number' ? String(cell).padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [line(head), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)];
}

const BAR_CHARS = 24;

export function progressBar(share: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * BAR_CHARS);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_CHARS - filled)}`;
}
