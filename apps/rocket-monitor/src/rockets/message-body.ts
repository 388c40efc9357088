import { setImmediate as nextTurn } from 'node:timers/promises';
import { HttpException } from '@nestjs/common';
import {
  CHANNEL_CHARS_MAX,
  readRocketMessage,
  RocketMessageDto,
  toRocketMessage,
} from '#common/contracts';
import type { RocketMessage } from '#common/domain';
import { BODY_BYTES_MAX, httpValidation } from '#common/platform';

const validation = httpValidation();

/**
 * The message in a body that was read as JSON. What the reader does not take goes through the DTO,
 * which has the last word and names the field at fault.
 * @throws ValidationException
 */
export const checkedMessage = (body: unknown): RocketMessage | Promise<RocketMessage> =>
  readRocketMessage(body) ?? messageByDto(body);

/**
 * As `checkedMessage`, for bodies that came in no request of their own. One that does not fit takes a
 * hundred times as long, so others are answered in between.
 * @param text the body as it came, for its size
 * @throws ValidationException, HttpException 413
 */
export async function checkedOfAnySize(body: unknown, text: () => string): Promise<RocketMessage> {
  const message = readRocketMessage(body);
  if (message !== null) return message;
  await nextTurn();
  if (Buffer.byteLength(text()) > BODY_BYTES_MAX)
    throw new HttpException('The message is too large.', 413, { errorCode: 'BODY_TOO_LARGE' });
  return messageByDto(body);
}

/** @throws ValidationException */
export async function messageByDto(body: unknown): Promise<RocketMessage> {
  const metadata = { type: 'body', metatype: RocketMessageDto } as const;
  return toRocketMessage((await validation.transform(body, metadata)) as RocketMessageDto);
}

/** What a body names as its channel, as far as that can be one. */
export function channelIn(body: unknown): string | null {
  const { channel } = (body as { metadata?: { channel?: unknown } | null } | null)?.metadata ?? {};
  return typeof channel === 'string' && channel.length <= CHANNEL_CHARS_MAX ? channel : null;
}
