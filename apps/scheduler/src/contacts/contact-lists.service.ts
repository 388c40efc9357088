import { Injectable } from '@nestjs/common';
import { decodeCursor, type Page, pageOf, type PageQueryDto } from '#common/platform';
import { type ContactEntry, ContactHistory } from './contact-history.port.js';
import { cursorParts } from './contact-list.dto.js';
import { ContactList, type ContactQuery, type ListedContact } from './contact-list.port.js';
import { ContactsService } from './contacts.service.js';

/** What was booked and what became of it, page by page. */
@Injectable()
export class ContactListsService {
  constructor(
    private readonly list: ContactList,
    private readonly changes: ContactHistory,
    private readonly contacts: ContactsService,
  ) {}

  async page(query: ContactQuery): Promise<Page<ListedContact>> {
    const found = await this.list.page({ ...query, limit: query.limit + 1 });
    return pageOf(found, query.limit, ({ place }) => cursorParts(query, place));
  }

  /** @throws {DomainError} CONTACT_NOT_FOUND */
  async history(id: string, { limit, cursor }: PageQueryDto): Promise<Page<ContactEntry>> {
    const after = cursor === undefined ? 0 : decodeCursor(cursor, isPlaceIn(id))[1];
    await this.contacts.get(id);
    const found = await this.changes.of(id, limit + 1, after);
    return pageOf(found, limit, ({ position }) => [id, position]);
  }
}

const isPlaceIn =
  (id: string) =>
  (value: readonly unknown[]): value is readonly [string, number] =>
    value.length === 2 && value[0] === id && Number.isSafeInteger(value[1]);
