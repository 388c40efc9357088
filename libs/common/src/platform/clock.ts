export type CancelTimer = () => void;

/** The one place where time comes from. Tests and simulations put a clock of their own here. */
export abstract class Clock {
  /** Milliseconds since 1970, as the operating system believes. */
  abstract nowMs(): number;
  /** Milliseconds since some fixed moment; never steps. For durations and deadlines. */
  abstract monotonicMs(): number;
  /** Runs `action` once, no earlier than `delayMs` from now, unless cancelled before. */
  abstract after(delayMs: number, action: () => void): CancelTimer;

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.after(delayMs, resolve));
  }
}

/** `setTimeout` takes longer delays for 1 ms. */
export const TIMER_DELAY_MS_MAX = 2 ** 31 - 1;

export class SystemClock extends Clock {
  nowMs(): number {
    return Date.now();
  }

  monotonicMs(): number {
    return performance.now();
  }

  after(delayMs: number, action: () => void): CancelTimer {
    // A fraction would be cut: too early, and whoever looks at the clock then must wait again.
    const wholeMs = Math.ceil(Math.max(0, delayMs));
    const timer = setTimeout(action, Math.min(wholeMs, TIMER_DELAY_MS_MAX));
    return () => clearTimeout(timer);
  }
}
