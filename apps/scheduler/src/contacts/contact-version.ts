import { DomainError } from '#common/domain';
import { type ExpectedVersions, tagOf } from '#common/platform';
import { contactDtoOf } from './contact.dto.js';
import type { ContactGuard, StoredContact } from './contact-store.port.js';

const DIGEST_CHARS = 16;

/**
 * Names what a contact is now: its revision, and a digest of all that its answer holds. The revision
 * alone would not do, since a contact starts, ends and gets its report without a new one.
 */
export const versionOf = (contact: StoredContact): string =>
  `${contact.revision}-${tagOf(contactDtoOf(contact)).slice(0, DIGEST_CHARS)}`;

/** Lets a change happen only to a contact that is what the client has seen. */
export const guardOf =
  (expected: ExpectedVersions): ContactGuard =>
  (contact) => {
    const etag = `"${versionOf(contact)}"`;
    if (expected === 'any' || expected.has(etag)) return;
    const { revision, state } = contact;
    throw new DomainError(
      'REVISION_STALE',
      `The contact has changed: it is ${state}, in revision ${revision}`,
      { facts: { revision, state, etag } },
    );
  };
