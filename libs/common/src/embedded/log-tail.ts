const CHARACTERS_MAX = 8_192;

/** The end of what a server says: enough to explain a failure, bounded however long it runs. */
export class LogTail {
  #text = '';

  add(chunk: string): void {
    this.#text = (this.#text + chunk).slice(-CHARACTERS_MAX);
  }

  toString(): string {
    return this.#text.trimEnd();
  }
}
