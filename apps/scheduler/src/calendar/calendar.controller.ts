import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiBadRequestResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isKnownVersion, tagOf } from '#common/platform';
import { CalendarQueryDto } from './calendar.dto.js';
import { CalendarService } from './calendar.service.js';

const MEDIA_TYPE = 'text/calendar';

@ApiTags('contacts')
@Controller('scheduler/calendar.ics')
export class CalendarController {
  constructor(private readonly calendars: CalendarService) {}

  @Get()
  @ApiOperation({ summary: 'The contacts as a calendar of RFC 5545, to subscribe to' })
  @ApiOkResponse({ content: { [MEDIA_TYPE]: { schema: { type: 'string' } } } })
  @ApiBadRequestResponse({ description: 'VALIDATION_FAILED; CALENDAR_TOO_LARGE' })
  async get(
    @Query() query: CalendarQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    const calendar = await this.calendars.calendar(query);
    if (isKnownVersion(request, reply, tagOf({ calendar }))) return undefined;
    void reply.type(`${MEDIA_TYPE}; charset=utf-8`);
    return calendar;
  }
}
