import type { World } from './world.js';
import { type ClockOffset, SimulatedClock } from './simulated.clock.js';

/** What becomes of one call to the outside. */
export type Fate =
  'done' | 'answered late' | 'lost before' | 'lost after' | 'crash before' | 'crash after';

/** A machine that runs one program, again after each crash. */
export class Host {
  readonly offset: ClockOffset = { micros: 0 };
  life: Life | null = null;
  #lives = 0;

  constructor(
    readonly world: World,
    readonly name: string,
    private readonly boot: (life: Life) => void,
    private readonly downMicros: () => number,
  ) {}

  start(): void {
    if (this.life) return;
    this.#lives += 1;
    this.life = new Life(this, this.#lives);
    this.world.note(() => `${this.name} starts`);
    this.boot(this.life);
  }

  /** Everything in its memory is gone, in the midst of whatever it did. */
  crash(): void {
    const { life } = this;
    if (!life) return;
    this.world.note(() => `${this.name} crashes`);
    this.world.count('crash');
    life.isAlive = false;
    this.life = null;
    this.world.broker.forget(life);
    this.world.loop.after(this.downMicros(), () => this.start());
  }
}

/** One process, from its start to its crash. */
export class Life {
  isAlive = true;
  readonly clock: SimulatedClock;

  constructor(
    readonly host: Host,
    readonly number: number,
  ) {
    this.clock = new SimulatedClock(host.world.loop, host.offset, () => this.isAlive);
  }

  get name(): string {
    return `${this.host.name}#${this.number}`;
  }

  /**
   * A call to what is outside of this process: takes time, may fail before or after it did its work,
   * and the process may crash at either moment; then it never returns.
   */
  call<T>(what: string, work: () => T | Promise<T>): Promise<T> {
    const { world } = this.host;
    const { loop, chaos } = world;
    return new Promise<T>((resolve, reject) => {
      const fate = chaos.fate();
      if (fate !== 'done') world.count(fate);
      loop.after(chaos.latencyMicros(), () => {
        if (!this.isAlive) return;
        world.note(() => `${this.name} ${what}${fate === 'done' ? '' : ` (${fate})`}`);
        if (fate === 'crash before') return this.host.crash();
        if (fate === 'lost before') return reject(new Error('The connection was lost'));
        const result = settled(work);
        if (fate === 'done') return resolve(result);
        result.catch(() => undefined);
        if (fate === 'crash after') return this.host.crash();
        if (fate === 'lost after') return reject(new Error('The connection was lost'));
        loop.after(chaos.latencyMicros(), () => this.isAlive && resolve(result));
      });
    });
  }

  /** An adapter of memory as seen from this process: every call of it goes over a wire. */
  remote<T extends object>(what: string, target: T): T {
    const calls = new Map<string | symbol, (...args: unknown[]) => Promise<unknown>>();
    return new Proxy(target, {
      get: (_, name) => {
        const known = calls.get(name);
        if (known) return known;
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        const called = `${what}.${String(name)}`;
        const call = (...args: unknown[]) =>
          this.call(called, () => Reflect.apply(member, target, args) as unknown);
        calls.set(name, call);
        return call;
      },
    });
  }
}

function settled<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return Promise.resolve(work());
  } catch (fault) {
    return Promise.reject(fault as Error);
  }
}
