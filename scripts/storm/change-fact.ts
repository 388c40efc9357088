/** A change in the history of its contact. */
export interface NumberedState {
  /** Null until it is given, soon after the change. */
  readonly number: number | null;
  readonly state: string;
  readonly revision: number;
}

/** A change of a contact, as somebody outside came to know of it. */
export interface KnownChange extends NumberedState {
  readonly number: number;
  readonly contactId: string;
}

/** The same for the same change, whoever tells of it. */
export const textOf = ({ number, state, revision }: NumberedState): string =>
  `${number} ${state} r${revision}`;

/** What the event of a live stream, or the call of a webhook, says; null for what is no change. */
export function knownChangeOf(data: unknown): KnownChange | null {
  const { number, contact_id, state, revision } = (data ?? {}) as Record<string, unknown>;
  const isChange =
    Number.isSafeInteger(number) &&
    typeof contact_id === 'string' &&
    typeof state === 'string' &&
    Number.isSafeInteger(revision);
  if (!isChange) return null;
  return { number: number as number, contactId: contact_id, state, revision: revision as number };
}
