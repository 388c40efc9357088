import { randomUUID } from 'node:crypto';
import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiNotModifiedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { decodeCursor, isKnownVersion, linkedItems, pageOf, tagOf } from '#common/platform';
import { Fleet } from '../fleet.js';
import { RocketContactsService } from '../contacts/rocket-contacts.service.js';
import { rocketDtoOf, RocketWithContactsDto } from '../rocket.dto.js';
import { FleetSummaryDto, summaryDtoOf } from './fleet-summary.dto.js';
import { summaryOf } from './fleet-summary.js';
import { filterOf, RocketListQueryDto } from './rocket-list.dto.js';
import { listRockets } from './rocket-list.js';
import { isKeyOf, type RocketPlace, type SortKey } from './rocket-order.js';

const NOT_MODIFIED = 'Nothing has changed since the answer that `If-None-Match` names';

@ApiTags('rockets')
@Controller('rockets')
export class RocketListController {
  /** Positions of the fleet count anew in each process. */
  readonly #processTag = randomUUID();

  constructor(
    private readonly fleet: Fleet,
    private readonly contacts: RocketContactsService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'All rockets by any of their fields; the next page is in Link' })
  @ApiOkResponse({ type: [RocketWithContactsDto] })
  @ApiNotModifiedResponse({ description: NOT_MODIFIED })
  @ApiBadRequestResponse({ description: 'VALIDATION_FAILED' })
  async list(
    @Query() query: RocketListQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RocketWithContactsDto[] | undefined> {
    const after = placeAfter(query);
    const { position, tracks } = await this.fleet.state();
    const { sort, order, limit } = query;
    const filter = filterOf(query);
    const found = listRockets(tracks, { sort, order, filter, after, limit: limit + 1 });
    const page = pageOf(found, limit, ({ key, channel }) => [sort, order, ...key, channel]);
    const rockets = page.items.map(({ track }) => rocketDtoOf(track));
    const joined = await this.contacts.withAll(rockets);
    // What is booked changes without a message of a rocket.
    const tag = `${this.#tagOf(position)}-${tagOf(joined.map(({ contacts = null }) => contacts))}`;
    if (isKnownVersion(request, reply, tag)) return undefined;
    linkedItems(page, request, reply);
    return joined;
  }

  @Get('summary')
  @ApiOperation({ summary: 'How many rockets there are, by status, type and mission' })
  @ApiOkResponse({ type: FleetSummaryDto })
  @ApiNotModifiedResponse({ description: NOT_MODIFIED })
  async summary(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FleetSummaryDto | undefined> {
    const { position, tracks } = await this.fleet.state();
    if (isKnownVersion(request, reply, this.#tagOf(position))) return undefined;
    return summaryDtoOf(summaryOf(tracks));
  }

  #tagOf(position: number): string {
    return `${this.#processTag}-${position}`;
  }
}

/** A cursor of another list would lead to a place that this one does not have. */
function placeAfter({ cursor, sort, order }: RocketListQueryDto): RocketPlace | null {
  if (cursor === undefined) return null;
  const position = decodeCursor(
    cursor,
    (value): value is readonly [string, string, ...SortKey, string] =>
      value[0] === sort &&
      value[1] === order &&
      isKeyOf(sort, value.slice(2, -1)) &&
      typeof value.at(-1) === 'string',
  );
  return { key: position.slice(2, -1), channel: String(position.at(-1)) };
}
