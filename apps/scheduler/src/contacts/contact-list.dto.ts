import { createHash } from 'node:crypto';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsIn, IsOptional, isUUID } from 'class-validator';
import { CHANNEL_CHARS_MAX, IsInstant, IsText, MayBeMissing } from '#common/contracts';
import { CONTACT_STATES, type ContactState, type Instant, parseInstant } from '#common/domain';
import { decodeCursor, PageQueryDto, ValidationException } from '#common/platform';
import { ANTENNA_CHARS_MAX } from '../antennas/antenna.dto.js';
import { SHIP_NAME_CHARS_MAX } from './contact.dto.js';
import {
  CONTACT_SORTS,
  type ContactFilter,
  type ContactPlace,
  type ContactQuery,
  type ContactSort,
} from './contact-list.port.js';

/** `?state=a,b` as well as `?state=a&state=b`; each once. */
const several = ({ value }: { readonly value: unknown }): unknown => {
  if (value === undefined) return undefined;
  const all = [value].flat().flatMap((one) => (typeof one === 'string' ? one.split(',') : [one]));
  return [...new Set(all)];
};

export class ContactListQueryDto extends PageQueryDto {
  @ApiPropertyOptional({
    enum: CONTACT_STATES,
    isArray: true,
    description: 'Any of these; several with commas between them, or given several times',
  })
  @MayBeMissing()
  @Transform(several)
  @ArrayMaxSize(CONTACT_STATES.length)
  @IsIn(CONTACT_STATES, { each: true })
  readonly state?: readonly ContactState[];

  @ApiPropertyOptional({ example: 'USS Enterprise', description: 'Exactly this name' })
  @MayBeMissing()
  @IsText(1, SHIP_NAME_CHARS_MAX)
  readonly ship_name?: string;

  @ApiPropertyOptional({ example: 'Kiruna-1', description: 'Exactly this name' })
  @MayBeMissing()
  @IsText(1, ANTENNA_CHARS_MAX)
  readonly antenna?: string;

  @ApiPropertyOptional({ description: 'The rocket that carries the ship' })
  @MayBeMissing()
  @IsText(1, CHANNEL_CHARS_MAX)
  readonly channel?: string;

  @ApiPropertyOptional({
    example: '2030-01-01T00:00:00Z',
    description: 'Contacts that are not over then, as planned; a + in the offset is %2B here',
  })
  @MayBeMissing()
  @IsInstant()
  readonly from?: string;

  @ApiPropertyOptional({
    example: '2030-01-02T00:00:00Z',
    description: 'Contacts that begin before it; with from: that overlap the window',
  })
  @MayBeMissing()
  @IsInstant()
  readonly to?: string;

  @ApiPropertyOptional({
    enum: CONTACT_SORTS,
    default: '-start_time',
    description: 'By the start or by the booking, earliest first; with a minus latest first',
  })
  @IsOptional()
  @IsIn(CONTACT_SORTS)
  readonly sort: ContactSort = '-start_time';
}

/** @throws {ValidationException} for an empty window, and for the cursor of another list */
export function contactQueryOf(dto: ContactListQueryDto): ContactQuery {
  const filter = filterOf(dto);
  if (filter.from !== null && filter.to !== null && filter.from >= filter.to)
    throw new ValidationException([{ field: 'to', message: 'to must be later than from' }]);
  const { sort, limit, cursor } = dto;
  const after = cursor === undefined ? null : placeOf(cursor, listTagOf(filter, sort));
  return { filter, sort, limit, after };
}

/** What the cursor of the next page is made of. */
export const cursorParts = (
  { filter, sort }: ContactQuery,
  { at, id }: ContactPlace,
): [string, number, string] => [listTagOf(filter, sort), at, id];

const filterOf = (dto: ContactListQueryDto): ContactFilter => ({
  states: (dto.state ?? []).toSorted(),
  shipName: dto.ship_name ?? null,
  antenna: dto.antenna ?? null,
  channel: dto.channel ?? null,
  from: instantOrNull(dto.from),
  to: instantOrNull(dto.to),
});

const instantOrNull = (text: string | undefined): Instant | null =>
  text === undefined ? null : parseInstant(text);

const TAG_CHARS = 12;

/** Tells the lists apart: a place in one is none in another. */
const listTagOf = (filter: ContactFilter, sort: ContactSort): string =>
  createHash('sha256')
    .update(JSON.stringify([filter, sort]))
    .digest('base64url')
    .slice(0, TAG_CHARS);

function placeOf(cursor: string, listTag: string): ContactPlace {
  const [, at, id] = decodeCursor(
    cursor,
    (value): value is readonly [string, number, string] =>
      value.length === 3 &&
      value[0] === listTag &&
      Number.isSafeInteger(value[1]) &&
      isUUID(value[2]),
  );
  return { at, id };
}
