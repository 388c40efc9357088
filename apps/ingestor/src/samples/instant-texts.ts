import {
  formatInstant,
  type Instant,
  MICROS_PER_MILLISECOND,
  MICROS_PER_SECOND,
} from '#common/domain';

/** What stands behind the second: `.000Z`. */
const TAIL_CHARS = 5;

/** `formatInstant` for many in a row: most are of the same second as the one before. */
export class InstantTexts {
  #second = Number.NaN;
  #text = '';

  of(instant: Instant): string {
    const second = Math.floor(instant / MICROS_PER_SECOND);
    if (second !== this.#second) {
      this.#second = second;
      this.#text = formatInstant(second * MICROS_PER_SECOND).slice(0, -TAIL_CHARS);
    }
    const micros = instant - second * MICROS_PER_SECOND;
    const isWhole = micros % MICROS_PER_MILLISECOND === 0;
    return isWhole
      ? `${this.#text}.${threeDigits(micros / MICROS_PER_MILLISECOND)}Z`
      : `${this.#text}.${String(micros).padStart(6, '0')}Z`;
  }
}

const threeDigits = (count: number): string =>
  count < 10 ? `00${count}` : count < 100 ? `0${count}` : String(count);
