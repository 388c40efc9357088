/** Says that this process has just changed something, so that nobody must wait for the next poll. */
export abstract class ChangeTicks {
  /** May be called for what is no change of a contact, and never must: it is only a hint. */
  abstract onTick(listener: () => void): void;
}
