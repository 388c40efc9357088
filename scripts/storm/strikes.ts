import { below, type Random, shuffled } from '../rockets/random.js';
import type { Kind } from './target.js';

/** One act of the nemesis; times count from the start of the storm. */
export interface Strike {
  readonly target: string;
  readonly kind: Kind;
  readonly action: 'kill' | 'freeze';
  /** Not before; the target must be back from its last strike. */
  readonly atMs: number;
  /** How long it stays dead or frozen. */
  readonly forMs: number;
}

export interface StrikeWishes {
  readonly kills: number;
  readonly seconds: number;
  /** What may be killed and frozen, by name. */
  readonly targets: readonly { readonly name: string; readonly kind: Kind }[];
}

/** Of a hundred kills. A RabbitMQ needs 7 s to come back, a PostgreSQL 3 s. */
const WEIGHTS: Readonly<Record<Kind, number>> = {
  scheduler: 20,
  ingestor: 27,
  'rocket-monitor': 12,
  spaceship: 11,
  redis: 16,
  postgresql: 8,
  rabbitmq: 6,
};
const FREEZES_PER_KILL = 0.5;
/** Of each kind and action in a storm that is worth the name. */
const EACH_MIN = 5;
const FULL_STORM_KILLS = 60;
/** Its keeper gives a PostgreSQL up that ends more than five times in a minute. */
const POSTGRESQL_KILL_SECONDS = 14;
const QUIET_START_MS = 2_000;
const DEAD_MS: Bounds = [200, 3_000];
const FROZEN_MS: Bounds = [500, 6_000];

type Bounds = readonly [min: number, max: number];

/** All strikes, from the seed alone; those of one target are in order and do not overlap. */
export function planStrikes(random: Random, wishes: StrikeWishes): Strike[] {
  const kinds = [...new Set(wishes.targets.map(({ kind }) => kind))];
  const eachMin = wishes.kills >= FULL_STORM_KILLS ? EACH_MIN : 0;
  const kills = countsOf(kinds, wishes.kills, eachMin);
  const freezes = countsOf(kinds, Math.ceil(wishes.kills * FREEZES_PER_KILL), eachMin);
  const killsMax = Math.max(1, Math.floor(wishes.seconds / POSTGRESQL_KILL_SECONDS));
  if (kills.has('postgresql'))
    kills.set('postgresql', Math.min(killsMax, kills.get('postgresql') ?? 0));
  return kinds
    .flatMap((kind) => {
      const names = wishes.targets.filter((target) => target.kind === kind);
      const actions = shuffled(random, [
        ...Array.from({ length: kills.get(kind) ?? 0 }, () => 'kill' as const),
        ...Array.from({ length: freezes.get(kind) ?? 0 }, () => 'freeze' as const),
      ]);
      return names.flatMap(({ name }, at) => {
        const own = actions.filter((_, index) => index % names.length === at);
        return placeStrikes(random, { target: name, kind }, own, wishes.seconds * 1_000);
      });
    })
    .toSorted((a, b) => a.atMs - b.atMs);
}

/** One slot for each, so that a target is up between two. */
function placeStrikes(
  random: Random,
  of: Pick<Strike, 'target' | 'kind'>,
  actions: readonly Strike['action'][],
  stormMs: number,
): Strike[] {
  const slotMs = (stormMs - QUIET_START_MS) / Math.max(1, actions.length);
  return actions.map((action, at) => {
    const [min, max] = action === 'kill' ? DEAD_MS : FROZEN_MS;
    const forMs = min + below(random, max - min);
    const freeMs = Math.max(1, slotMs - forMs);
    const atMs = Math.round(QUIET_START_MS + at * slotMs + random() * freeMs);
    return { ...of, action, atMs, forMs };
  });
}

/** Shares by weight; what rounding leaves over goes to those that lost most by it. */
function countsOf(kinds: readonly Kind[], total: number, eachMin: number): Map<Kind, number> {
  const sum = kinds.reduce((weights, kind) => weights + WEIGHTS[kind], 0);
  const shares = kinds.map((kind) => ({ kind, share: (total * WEIGHTS[kind]) / sum }));
  const counts = new Map(shares.map(({ kind, share }) => [kind, Math.floor(share)]));
  let left = total - [...counts.values()].reduce((one, other) => one + other, 0);
  for (const { kind } of shares.toSorted((a, b) => (b.share % 1) - (a.share % 1))) {
    if (left <= 0) break;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    left -= 1;
  }
  return new Map([...counts].map(([kind, count]) => [kind, Math.max(eachMin, count)]));
}
