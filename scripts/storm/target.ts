export const KINDS = [
  'scheduler',
  'ingestor',
  'rocket-monitor',
  'spaceship',
  'postgresql',
  'redis',
  'rabbitmq',
] as const;
export type Kind = (typeof KINDS)[number];

/** Something that can be struck: an app or a server. */
export interface Target {
  readonly name: string;
  readonly kind: Kind;
  /** kill -9; done when it is dead. */
  kill(): Promise<void>;
  /** After a kill; may return before it is up. */
  revive(): Promise<void>;
  /** SIGSTOP: it lives, and answers nobody. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Rejects when it does not answer within two minutes. */
  waitUntilBack(): Promise<void>;
}
