import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiBody,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiPayloadTooLargeResponse,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RocketMessageDto } from '#common/contracts';
import { BatchPlaces } from './batch-places.js';
import { BatchesService } from './batches.service.js';
import { BATCH_BYTES_MAX, BATCH_MESSAGES_MAX } from './message-batch.js';
import { BatchResultDto } from './message-batch.dto.js';
import { answerTaken } from './message-answer.js';
import { checkedMessage } from './message-body.js';
import { RocketsService } from './rockets.service.js';

@ApiTags('messages')
@Controller()
export class MessagesController {
  constructor(
    private readonly rockets: RocketsService,
    private readonly batches: BatchesService,
    private readonly places: BatchPlaces,
  ) {}

  @Post('messages')
  @HttpCode(200)
  @ApiOperation({ summary: 'Take a message of a rocket; any content type is read as JSON' })
  @ApiBody({ type: RocketMessageDto })
  @ApiOkResponse({ description: 'The message is new; the body is `null`' })
  @ApiNoContentResponse({ description: 'A message with this channel and number was taken before' })
  @ApiBadRequestResponse({ description: 'VALIDATION_FAILED, BODY_NOT_JSON, BODY_TOO_DEEP' })
  @ApiServiceUnavailableResponse({ description: 'ROCKET_STORE_FULL: send it again later' })
  async take(@Req() { body }: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    answerTaken(await this.rockets.take(await checkedMessage(body)), reply);
  }

  @Post('messages/batch')
  @HttpCode(200)
  @ApiOperation({
    summary: `Take up to ${BATCH_MESSAGES_MAX} messages, each for itself`,
    description:
      'A JSON array of messages, or one message per line (NDJSON); which of the two, the first ' +
      `character tells. At most ${BATCH_BYTES_MAX / 1024 ** 2} MiB.`,
  })
  @ApiBody({ description: 'An array, or lines', type: [RocketMessageDto] })
  @ApiOkResponse({ type: BatchResultDto, description: 'What became of each message, in order' })
  @ApiBadRequestResponse({ description: 'VALIDATION_FAILED: empty; BODY_NOT_JSON, BODY_TOO_DEEP' })
  @ApiPayloadTooLargeResponse({ description: 'BODY_TOO_LARGE: too many messages or bytes' })
  @ApiServiceUnavailableResponse({
    description:
      'Nothing is taken. UNAVAILABLE: the store is away; ROCKET_BATCHES_FULL: too many batches at one time',
  })
  takeBatch(@Req() { raw, body }: FastifyRequest): Promise<BatchResultDto> {
    return this.places.during(raw, () => this.batches.take(body as string | undefined));
  }
}
