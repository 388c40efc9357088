import { ROCKET_EXPLODED, ROCKET_LAUNCHED } from '#common/contracts';
import type { RocketFact } from '#common/domain';
import type { Envelope } from '#common/messaging';

export interface PublishedFact {
  readonly channel: string;
  readonly fact: RocketFact;
}

/** The way back from what is sent over the bus. */
export function publishedFact({ type, data }: Envelope): PublishedFact {
  const { channel = '', ...told } = data as Readonly<Record<string, string>>;
  return { channel, fact: factOf(type, told) };
}

function factOf(type: string, told: { type?: string; mission?: string; reason?: string }) {
  const { type: model = '', mission = '', reason = '' } = told;
  if (type === ROCKET_LAUNCHED) return { type: 'launched', model, mission } as const;
  if (type === ROCKET_EXPLODED) return { type: 'exploded', reason } as const;
  return { type: 'mission-changed', mission } as const;
}
