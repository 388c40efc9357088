import { randomUUID } from 'node:crypto';
import {
  type SentSoFar,
  Spaceship,
  type StartedStream,
  type StoppedStream,
  type StreamProgress,
} from './spaceship.port.js';

const SAYS_NOTHING: SentSoFar = { lastSequence: null, sent: null };

/** A ship that cannot be asked: it sends, and whatever it is told, it does not hear. */
export class ForeignSpaceship extends Spaceship {
  /** @param sources addresses whose datagrams are believed */
  constructor(private readonly sources: ReadonlySet<string>) {
    super();
  }

  start(): Promise<StartedStream> {
    return Promise.resolve({ eventKey: randomUUID(), firstSequence: null });
  }

  stop(): Promise<StoppedStream> {
    return Promise.resolve(SAYS_NOTHING);
  }

  /** Where it sends is not ours to say. */
  redirect(): Promise<SentSoFar> {
    return Promise.resolve(SAYS_NOTHING);
  }

  progress(): Promise<StreamProgress> {
    return Promise.resolve({ ...SAYS_NOTHING, isOver: false });
  }

  addresses(): Promise<ReadonlySet<string>> {
    return Promise.resolve(this.sources);
  }
}
