import { readInteger, readShare } from './flag-values.js';
import { MESSAGES_DEFAULT, SEED_DEFAULT } from './scenario.js';

/** What the generator's messages follow from, and how they come. */
export interface DeliveredScenarioOptions {
  readonly maxMessages: number;
  readonly seed: number;
  readonly duplicate: number;
  readonly shuffle: number;
}

export const SCENARIO_HELP = `\
  --max-messages <n>        messages in all, 1 to 1000000 (default ${MESSAGES_DEFAULT})
  --seed <n>                the same seed makes the same messages (default ${SEED_DEFAULT})
  --duplicate <share>       let this share of messages come a second time, 0 to 1 (default 0)
  --shuffle <depth>         let messages come up to so many places early or late (default 0)`;

export const SCENARIO_FLAGS = {
  'max-messages': { type: 'string' },
  seed: { type: 'string' },
  duplicate: { type: 'string' },
  shuffle: { type: 'string' },
} as const;

type Values = { readonly [K in keyof typeof SCENARIO_FLAGS]?: string | undefined };

export function readScenarioOptions(values: Values): DeliveredScenarioOptions {
  const { 'max-messages': messages = String(MESSAGES_DEFAULT), seed = String(SEED_DEFAULT) } =
    values;
  return {
    maxMessages: readInteger('--max-messages', messages, 1, 1_000_000),
    seed: readInteger('--seed', seed, 0, Number.MAX_SAFE_INTEGER),
    duplicate: readShare('--duplicate', values.duplicate ?? '0'),
    shuffle: readInteger('--shuffle', values.shuffle ?? '0', 0, 1_000_000),
  };
}
