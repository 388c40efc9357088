import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { ValidationException } from './problem.js';

export const PAGE_LIMIT_MAX = 500;
export const PAGE_LIMIT_DEFAULT = 100;
const CURSOR_CHARS_MAX = 2_048;

/** `limit` and `cursor` of every list; the next page's address comes in the `Link` header. */
export class PageQueryDto {
  @ApiPropertyOptional({ minimum: 1, maximum: PAGE_LIMIT_MAX, default: PAGE_LIMIT_DEFAULT })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(PAGE_LIMIT_MAX)
  readonly limit: number = PAGE_LIMIT_DEFAULT;

  @ApiPropertyOptional({ description: 'Taken from the Link header of the page before' })
  @IsOptional()
  @IsString()
  @MaxLength(CURSOR_CHARS_MAX)
  readonly cursor?: string;
}

/** A position in a list as opaque text: clients hand it back, they do not read it. */
export const encodeCursor = (position: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url');

/** @throws {ValidationException} for a cursor that no `encodeCursor` of such a position made. */
export function decodeCursor<T extends readonly unknown[]>(
  cursor: string,
  isPosition: (value: readonly unknown[]) => value is T,
): T {
  try {
    const position: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(position) && isPosition(position)) return position;
  } catch {
    // Not JSON: refused below like any other foreign text.
  }
  throw new ValidationException([{ field: 'cursor', message: 'cursor is not one of this list' }]);
}

/** The `Link` header for the next page (RFC 8288), other query parameters kept. */
export function nextLink(url: string, cursor: string): string {
  const [path, query] = url.split('?', 2);
  const parameters = new URLSearchParams(query);
  parameters.set('cursor', cursor);
  return `<${path}?${parameters.toString()}>; rel="next"`;
}
