import {
  ShipRefusedError,
  ShipUnreachableError,
  type SentSoFar,
  Spaceship,
  type StartedStream,
  type StoppedStream,
  type StreamOrder,
  type StreamProgress,
} from '../../apps/ingestor/src/receptions/spaceship.port.js';
import type { World } from './world.js';

const SENT: StoppedStream = { lastSequence: 0, sent: 0 };

/** The ships of a world. They live on whatever happens to the ground. */
export class Ships {
  readonly #streams = new Map<string, { until: number; isStopped: boolean }>();
  #count = 0;

  constructor(private readonly world: World) {}

  start({ until }: StreamOrder): StartedStream {
    if (this.world.happens('shipRefuses')) throw new ShipRefusedError('not today');
    this.#count += 1;
    const eventKey = `stream ${this.#count}`;
    this.#streams.set(eventKey, { until, isStopped: false });
    return { eventKey, firstSequence: 1 };
  }

  stop(eventKey: string): StoppedStream | null {
    const stream = this.#streams.get(eventKey);
    if (!stream || this.#isOver(stream)) return null;
    stream.isStopped = true;
    return SENT;
  }

  progress(eventKey: string): StreamProgress | null {
    const stream = this.#streams.get(eventKey);
    return stream ? { ...SENT, isOver: this.#isOver(stream) } : null;
  }

  forgetEnded(): void {
    for (const [key, stream] of this.#streams) if (this.#isOver(stream)) this.#streams.delete(key);
  }

  #isOver({ until, isStopped }: { until: number; isStopped: boolean }): boolean {
    return isStopped || until <= this.world.loop.nowMicros;
  }
}

/** A ship as one ingestor reaches it: not always. `ask` takes the question there and back. */
export class SimulatedShip extends Spaceship {
  constructor(
    private readonly world: World,
    private readonly ask: <T>(what: string, question: () => T) => Promise<T>,
  ) {
    super();
  }

  start(order: StreamOrder): Promise<StartedStream> {
    return this.#reach('start', () => this.world.ships.start(order));
  }

  stop(eventKey: string): Promise<StoppedStream | null> {
    return this.#reach('stop', () => this.world.ships.stop(eventKey));
  }

  redirect(eventKey: string): Promise<SentSoFar | null> {
    return this.#reach('redirect', () => this.world.ships.progress(eventKey));
  }

  progress(eventKey: string): Promise<StreamProgress | null> {
    return this.#reach('progress', () => this.world.ships.progress(eventKey));
  }

  async addresses(): Promise<ReadonlySet<string>> {
    return new Set(['192.0.2.1']);
  }

  /** What it was asked for it may have done, though nobody hears the answer. */
  async #reach<T>(what: string, question: () => T): Promise<T> {
    const isAway = this.world.happens('shipAway');
    const isInDoubt = isAway && this.world.dice.chance(0.5);
    if (isAway && !isInDoubt) throw new ShipUnreachableError('no answer', false);
    const answer = await this.ask(`ship.${what}`, question).catch((fault: unknown) => {
      if (fault instanceof ShipRefusedError) throw fault;
      throw new ShipUnreachableError('no answer', true);
    });
    if (isInDoubt) throw new ShipUnreachableError('the answer was lost', true);
    return answer;
  }
}
