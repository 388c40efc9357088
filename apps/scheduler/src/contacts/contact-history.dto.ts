import { ApiProperty } from '@nestjs/swagger';
import { CONTACT_STATES, type ContactState, formatInstant } from '#common/domain';
import type { ContactEntry, ContactThen } from './contact-history.port.js';

export class ContactEntryDto {
  @ApiProperty({
    type: Number,
    nullable: true,
    example: 4711,
    description: 'Among all changes of all contacts; null until it is given, soon after the change',
  })
  readonly number: number | null;

  @ApiProperty({ example: '2030-01-01T12:00:00.342210Z' })
  readonly at: string;

  @ApiProperty({
    example: 'alice',
    description: 'Who asked, or the part of the system that did it',
  })
  readonly by: string;

  @ApiProperty({ type: String, nullable: true, example: 'Maintenance of the antenna' })
  readonly reason: string | null;

  @ApiProperty({ enum: CONTACT_STATES })
  readonly state: ContactState;

  @ApiProperty({ example: 2 })
  readonly revision: number;

  @ApiProperty({ type: Object, nullable: true, description: 'The contact after this change' })
  readonly contact: Partial<ContactThen> | null;
}

export const entryDtoOf = (entry: ContactEntry): ContactEntryDto => ({
  number: entry.number,
  at: formatInstant(entry.at),
  by: entry.by,
  reason: entry.reason,
  state: entry.state,
  revision: entry.revision,
  contact: entry.contact,
});
