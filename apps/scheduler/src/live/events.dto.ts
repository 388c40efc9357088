import { ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsIn, IsOptional, Matches } from 'class-validator';
import { CHANNEL_CHARS_MAX, IsText } from '#common/contracts';
import { CONTACT_STATES, type ContactState } from '#common/domain';
import { AsList, ValidationException } from '#common/platform';
import { ANTENNA_CHARS_MAX } from '../antennas/antenna.dto.js';
import { SHIP_NAME_CHARS_MAX } from '../contacts/contact.dto.js';
import type { ChangeFilter } from './change-event.js';

const VALUES_MAX = 100;
/** Safe integers alone. */
const NUMBER = /^(0|[1-9]\d{0,14})$/;

const OneOrMore = (description: string) =>
  ApiPropertyOptional({ type: [String], maxItems: VALUES_MAX, description });

export class EventsQueryDto {
  @ApiPropertyOptional({
    pattern: NUMBER.source,
    description: 'As the header Last-Event-ID, which wins; 0: from the very first change',
  })
  @IsOptional()
  @Matches(NUMBER, { message: 'last_event_id must be the number of a change' })
  readonly last_event_id?: string;

  @OneOrMore('Only these ships; repeat it for several')
  @IsOptional()
  @AsList()
  @ArrayMaxSize(VALUES_MAX)
  @IsText(1, SHIP_NAME_CHARS_MAX, { each: true })
  readonly ship_name?: readonly string[];

  @OneOrMore('Only these antennas')
  @IsOptional()
  @AsList()
  @ArrayMaxSize(VALUES_MAX)
  @IsText(1, ANTENNA_CHARS_MAX, { each: true })
  readonly antenna?: readonly string[];

  @OneOrMore('Only ships on these rockets')
  @IsOptional()
  @AsList()
  @ArrayMaxSize(VALUES_MAX)
  @IsText(1, CHANNEL_CHARS_MAX, { each: true })
  readonly channel?: readonly string[];

  @ApiPropertyOptional({ enum: CONTACT_STATES, isArray: true })
  @IsOptional()
  @AsList()
  @ArrayMaxSize(VALUES_MAX)
  @IsIn(CONTACT_STATES, { each: true })
  readonly state?: readonly ContactState[];
}

export const changeFilterOf = (query: EventsQueryDto): ChangeFilter => ({
  shipNames: query.ship_name ?? [],
  antennas: query.antenna ?? [],
  channels: query.channel ?? [],
  states: query.state ?? [],
});

/** @throws {ValidationException} for text that is no number of a change; null for none */
export function changeNumberOf(lastEventId: string): number | null {
  if (lastEventId === '') return null;
  if (NUMBER.test(lastEventId)) return Number(lastEventId);
  const message = 'last-event-id must be the number of a change';
  throw new ValidationException([{ field: 'last-event-id', message }]);
}
