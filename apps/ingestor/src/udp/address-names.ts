/** A sender can forge its address: so many are remembered, then it begins anew. */
const NAMES_MAX = 1_024;

/** One string per address, so that columns of them hold no copies and compare fast. */
export class AddressNames {
  readonly #names = new Map<string, string>();
  #last = '';

  of(address: string): string {
    if (address === this.#last) return this.#last;
    this.#last = this.#names.get(address) ?? this.#remember(address);
    return this.#last;
  }

  #remember(address: string): string {
    if (this.#names.size >= NAMES_MAX) this.#names.clear();
    this.#names.set(address, address);
    return address;
  }
}
