import { Body, Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { linkedItems, UuidParam } from '#common/platform';
import { AcknowledgeDto, AlarmDto, AlarmsQueryDto } from './alarm.dto.js';
import { alarmMessageOf } from './alarm-message.js';
import { AlarmsService } from './alarms.service.js';

@ApiTags('alarms')
@Controller('alarms')
export class AlarmsController {
  constructor(private readonly alarms: AlarmsService) {}

  @Get()
  @ApiOperation({ summary: 'The alarms, the newest first; the next page is in the Link header' })
  @ApiOkResponse({ type: [AlarmDto] })
  @ApiBadRequestResponse({ description: 'VALIDATION_FAILED' })
  async page(
    @Query() query: AlarmsQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AlarmDto[]> {
    return linkedItems(await this.alarms.page(query), request, reply).map(alarmMessageOf);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One alarm' })
  @ApiOkResponse({ type: AlarmDto })
  @ApiBadRequestResponse({ description: 'VALIDATION_FAILED' })
  @ApiNotFoundResponse({ description: 'ALARM_NOT_FOUND' })
  async get(@UuidParam('id') id: string): Promise<AlarmDto> {
    return alarmMessageOf(await this.alarms.get(id));
  }

  @Post(':id/acknowledge')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Somebody knows of it',
    description:
      'Also when it is over. Again by the same one: the first acknowledgement, as it was. It does ' +
      'not end the alarm.',
  })
  @ApiOkResponse({ type: AlarmDto })
  @ApiBadRequestResponse({ description: 'VALIDATION_FAILED' })
  @ApiNotFoundResponse({ description: 'ALARM_NOT_FOUND' })
  @ApiConflictResponse({ description: 'ALARM_ACKNOWLEDGED: somebody else did before' })
  async acknowledge(@UuidParam('id') id: string, @Body() body: AcknowledgeDto): Promise<AlarmDto> {
    return alarmMessageOf(await this.alarms.acknowledge(id, body));
  }
}
