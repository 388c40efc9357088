import { HttpException } from '@nestjs/common';
import { BODY_DEPTH_MAX, parseJson, ValidationException } from '#common/platform';

export const BATCH_MESSAGES_MAX = 10_000;
/** Of a whole batch; about 800 for each message. */
export const BATCH_BYTES_MAX = 8 * 1024 ** 2;

/** One message of a batch, not yet looked at: a value of an array, or a line that may not even be JSON. */
export interface BatchItem {
  /** @throws UnreadableBodyException */
  body(): unknown;
  /** As it came. */
  text(): string;
}

/**
 * The messages of a JSON array, or of lines.
 * @throws UnreadableBodyException for an array that cannot be read
 * @throws ValidationException for none, HttpException for more than `BATCH_MESSAGES_MAX`
 */
export function readBatch(text: string): BatchItem[] {
  const items = ARRAY_BEGINNING.test(text) ? itemsOfArray(text) : itemsOfLines(text);
  if (items.length === 0)
    throw new ValidationException([{ field: 'body', message: 'The batch has no message' }]);
  return items;
}

const ARRAY_BEGINNING = /^\s*\[/;
/** Without those that are just space. */
const LINES = /\S[^\n]*/g;

function itemsOfArray(text: string): BatchItem[] {
  // The array itself is one level.
  const values = parseJson(text, BODY_DEPTH_MAX + 1) as unknown[];
  if (values.length > BATCH_MESSAGES_MAX) throw tooMany();
  return values.map((value) => ({ body: () => value, text: () => JSON.stringify(value) }));
}

function itemsOfLines(text: string): BatchItem[] {
  const items: BatchItem[] = [];
  for (const [line] of text.matchAll(LINES)) {
    if (items.length === BATCH_MESSAGES_MAX) throw tooMany();
    items.push({ body: () => parseJson(line), text: () => line.trimEnd() });
  }
  return items;
}

const tooMany = (): HttpException =>
  new HttpException(`A batch has at most ${BATCH_MESSAGES_MAX} messages.`, 413, {
    errorCode: 'BODY_TOO_LARGE',
  });
