import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { pathOf, ValidationException } from './problem.js';
import { FromDigits } from './query-values.js';

export const PAGE_LIMIT_MAX = 1_000;
export const PAGE_LIMIT_DEFAULT = 100;
const CURSOR_CHARS_MAX = 2_048;

/** For lists with another limit; the next page's address comes in the `Link` header. */
export class CursorQueryDto {
  @ApiPropertyOptional({ description: 'Taken from the Link header of the page before' })
  @IsOptional()
  @IsString()
  @MaxLength(CURSOR_CHARS_MAX)
  readonly cursor?: string;
}

/** `limit` and `cursor` of nearly every list. */
export class PageQueryDto extends CursorQueryDto {
  @ApiPropertyOptional({ minimum: 1, maximum: PAGE_LIMIT_MAX, default: PAGE_LIMIT_DEFAULT })
  @IsOptional()
  @FromDigits()
  @IsInt()
  @Min(1)
  @Max(PAGE_LIMIT_MAX)
  readonly limit: number = PAGE_LIMIT_DEFAULT;
}

/** Part of a list; `next` is the cursor of the rest, null at the end. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** The page out of what was found when one more than `limit` was asked for. */
export function pageOf<T>(
  found: readonly T[],
  limit: number,
  positionOf: (item: T) => readonly (string | number)[],
): Page<T> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  const hasMore = found.length > limit && last !== undefined;
  return { items, next: hasMore ? encodeCursor(positionOf(last)) : null };
}

/** The items for the body; the way to the rest goes into the `Link` header (RFC 8288). */
export function linkedItems<T>(
  { items, next }: Page<T>,
  request: FastifyRequest,
  reply: FastifyReply,
): readonly T[] {
  if (next !== null) void reply.header('link', nextLink(request.url, next));
  return items;
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

/** This request with another cursor. */
function nextLink(url: string, cursor: string): string {
  const path = pathOf(url);
  const parameters = new URLSearchParams(url.slice(path.length));
  parameters.set('cursor', cursor);
  return `<${path}?${parameters.toString()}>; rel="next"`;
}
