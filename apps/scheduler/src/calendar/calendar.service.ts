import { Injectable } from '@nestjs/common';
import { DomainError, MICROS_PER_SECOND } from '#common/domain';
import { Clock } from '#common/platform';
import type { CalendarQueryDto } from './calendar.dto.js';
import { calendarOf } from './contact-calendar.js';
import { ContactWindowReader } from './contact-window.port.js';

/** About 2 MB of text. */
const CONTACTS_MAX = 5_000;
const DAY_MICROS = 86_400 * MICROS_PER_SECOND;

@Injectable()
export class CalendarService {
  constructor(
    private readonly contacts: ContactWindowReader,
    private readonly clock: Clock,
  ) {}

  /** A part of them would look like all. @throws {DomainError} CALENDAR_TOO_LARGE */
  async calendar(query: CalendarQueryDto): Promise<string> {
    const now = this.clock.nowMs() * 1_000;
    const window = {
      from: now - query.past_days * DAY_MICROS,
      to: now + query.future_days * DAY_MICROS,
      shipName: query.ship_name ?? null,
      antenna: query.antenna ?? null,
    };
    const contacts = await this.contacts.contactsIn(window, CONTACTS_MAX + 1);
    if (contacts.length <= CONTACTS_MAX) return calendarOf(contacts);
    const message = `There are over ${CONTACTS_MAX} contacts: ask for fewer days, a ship or an antenna`;
    throw new DomainError('CALENDAR_TOO_LARGE', message);
  }
}
