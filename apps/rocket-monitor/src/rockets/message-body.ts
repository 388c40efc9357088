import { readRocketMessage, RocketMessageDto, toRocketMessage } from '#common/contracts';
import type { RocketMessage } from '#common/domain';
import { httpValidation } from '#common/platform';

const validation = httpValidation();

/**
 * The message in a body that was read as JSON. What the reader does not take goes through the DTO,
 * which has the last word and names the field at fault.
 * @throws ValidationException
 */
export const checkedMessage = (body: unknown): RocketMessage | Promise<RocketMessage> =>
  readRocketMessage(body) ?? messageByDto(body);

/** @throws ValidationException */
export async function messageByDto(body: unknown): Promise<RocketMessage> {
  const metadata = { type: 'body', metatype: RocketMessageDto } as const;
  return toRocketMessage((await validation.transform(body, metadata)) as RocketMessageDto);
}
