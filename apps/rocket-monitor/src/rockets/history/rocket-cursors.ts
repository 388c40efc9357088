import type { GapPosition, RocketArrival } from '#common/domain';
import { decodeCursor, encodeCursor } from '#common/platform';
import type { HistoryQuery } from '../rocket-store.port.js';
import type { MessageOrder, MessagesQueryDto } from './rocket-history.dto.js';

/** One message more than the page has, which tells whether there is another page. */
export function historyQueryOf({
  order,
  cursor,
  limit: pageLimit,
}: MessagesQueryDto): HistoryQuery {
  const limit = pageLimit + 1;
  if (order === 'number') {
    const after = cursor === undefined ? 0 : decodeCursor(cursor, isNumberPosition)[1];
    return { by: 'number', after, limit };
  }
  if (cursor === undefined) return { by: 'arrival', after: null, limit };
  const [, receivedAt, number] = decodeCursor(cursor, isArrivalPosition);
  return { by: 'arrival', after: { receivedAt, number }, limit };
}

/** Each begins with its order, so that no cursor is one of the other list. */
export const positionIn =
  (order: MessageOrder) =>
  ({ number, receivedAt }: RocketArrival): readonly (string | number)[] =>
    order === 'number' ? [order, number] : [order, receivedAt, number];

export const gapCursorOf = ({ before, since }: GapPosition): string =>
  encodeCursor(since === null ? [before] : [before, since]);

export function gapPositionOf(cursor: string): GapPosition {
  const [before, since = null] = decodeCursor(cursor, isGapPosition);
  return { before, since };
}

const isNumberPosition = (value: readonly unknown[]): value is readonly [MessageOrder, number] =>
  value.length === 2 && value[0] === 'number' && isPositive(value[1]);

const isArrivalPosition = (
  value: readonly unknown[],
): value is readonly [MessageOrder, number, number] =>
  value.length === 3 && value[0] === 'received' && value.slice(1).every(isPositive);

const isGapPosition = (value: readonly unknown[]): value is readonly [number, number?] =>
  (value.length === 1 || value.length === 2) && value.every(isPositive);

const isPositive = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) > 0;
