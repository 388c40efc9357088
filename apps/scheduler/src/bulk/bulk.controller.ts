import { Controller, HttpException, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiBody,
  ApiConflictResponse,
  ApiConsumes,
  ApiCreatedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiPayloadTooLargeResponse,
  ApiServiceUnavailableResponse,
  ApiTags,
  ApiUnsupportedMediaTypeResponse,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { namedTypeOf, pathOf } from '#common/platform';
import type { KeyedRequest } from '../contacts/booking-keys.port.js';
import { RequestedBy } from '../contacts/cause.dto.js';
import { BookContactDto, ContactDto, contactDtoOf } from '../contacts/contact.dto.js';
import * as docs from '../contacts/contact-docs.js';
import { Keyed } from '../contacts/keyed-request.dto.js';
import {
  BULK_BYTES_MAX,
  BULK_ITEMS_MAX,
  BULK_TYPES,
  type BulkType,
  readBulk,
} from './bulk-items.js';
import { BulkPlaces } from './bulk-places.js';
import { BulkQueryDto, BulkResultDto, bulkResultOf } from './bulk.dto.js';
import { BulkService } from './bulk.service.js';

const LIMITS = `at most ${BULK_ITEMS_MAX} contacts and ${BULK_BYTES_MAX / 1024 ** 2} MiB`;

@ApiTags('contacts')
@Controller('scheduler')
export class BulkController {
  constructor(
    private readonly bulks: BulkService,
    private readonly places: BulkPlaces,
  ) {}

  @Post('bulk')
  @ApiOperation({
    summary: 'Book many contacts at once',
    description:
      `An array, a booking per line, or a table with the fields in its first row; ${LIMITS}. ` +
      'Its cells are as in JSON, an empty one is a field that is not given, stream is JSON.',
  })
  @ApiHeader(docs.KEY)
  @ApiHeader(docs.BY)
  @ApiConsumes(...BULK_TYPES)
  @ApiBody({ type: [BookContactDto] })
  @ApiCreatedResponse({ type: [ContactDto], description: 'mode=all: all are booked, in order' })
  @ApiOkResponse({ type: BulkResultDto, description: 'mode=each: what became of each, in order' })
  @ApiBadRequestResponse({
    description: `${docs.INVALID}, with mode=all behind its index: [17].duration; ${docs.PAST}`,
  })
  @ApiConflictResponse({
    description: `mode=all: what stands against one, whose place is index; ${docs.KEY_REUSED}`,
  })
  @ApiPayloadTooLargeResponse({ description: `BODY_TOO_LARGE: ${LIMITS}` })
  @ApiUnsupportedMediaTypeResponse({ description: 'MEDIA_TYPE_UNSUPPORTED' })
  @ApiServiceUnavailableResponse({ description: 'BULKS_FULL, ROCKET_STATE_UNAVAILABLE: try again' })
  book(
    @Req() request: FastifyRequest,
    @Query() query: BulkQueryDto,
    @RequestedBy() by: string,
    @Keyed() keyed: KeyedRequest | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ContactDto[] | BulkResultDto> {
    const cause = { by, reason: query.reason };
    return this.places.during(request.raw, async () => {
      const items = readBulk((request.body as string | undefined) ?? '', typeOf(request));
      if (query.mode === 'all')
        return (await this.bulks.bookAll(items, cause, query, keyed)).map(contactDtoOf);
      void reply.status(200);
      return bulkResultOf(
        await this.bulks.bookEach(items, cause, query, keyed),
        pathOf(request.url),
      );
    });
  }
}

/** @throws HttpException 415 */
function typeOf({ raw }: FastifyRequest): BulkType {
  const type = BULK_TYPES.find((one) => one === namedTypeOf(raw));
  if (type !== undefined) return type;
  throw new HttpException(`The bulk must be one of ${BULK_TYPES.join(', ')}.`, 415, {
    errorCode: 'MEDIA_TYPE_UNSUPPORTED',
  });
}
