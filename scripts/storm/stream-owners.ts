import type { ContactFact, Facts, StreamFact } from './facts.js';
import { groupBy } from './group-by.js';

export interface OwnedStreams {
  readonly shipName: string;
  /** Null: the ship has none. */
  readonly contact: ContactFact | null;
  readonly streams: readonly StreamFact[];
}

/** The ship's log knows names alone: of several contacts a stream is of the last that was due. */
export function streamsByContact({
  contacts,
  streams,
}: Pick<Facts, 'contacts' | 'streams'>): OwnedStreams[] {
  const byShip = groupBy(contacts, ({ shipName }) => shipName);
  const owners = streams.map((stream) => {
    const { shipName, startedAtMs } = stream;
    const inOrder = (byShip.get(shipName) ?? []).toSorted((a, b) => a.startTime - b.startTime);
    const due = inOrder.findLast(({ startTime }) => startTime <= startedAtMs * 1_000);
    return { stream, contact: due ?? inOrder[0] ?? null };
  });
  const owned = groupBy(owners, ({ stream, contact }) => contact?.id ?? stream.shipName);
  return [...owned.values()].map((same) => ({
    shipName: same[0]!.stream.shipName,
    contact: same[0]!.contact,
    streams: same.map(({ stream }) => stream),
  }));
}
