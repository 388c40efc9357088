import { Controller, Get, Query } from '@nestjs/common';
import { ApiBadRequestResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RejectedMessageDto, RejectedQueryDto, rejectedDtoOf } from './rejected.dto.js';
import { REJECTED_MESSAGES_MAX } from './rocket-store.port.js';
import { RocketsService } from './rockets.service.js';

@ApiTags('messages')
@Controller('rejected')
export class RejectedController {
  constructor(private readonly rockets: RocketsService) {}

  @Get()
  @ApiOperation({ summary: `The last ${REJECTED_MESSAGES_MAX} refused messages, newest first` })
  @ApiOkResponse({ type: [RejectedMessageDto] })
  @ApiBadRequestResponse({ description: 'VALIDATION_FAILED' })
  async list(@Query() { limit, channel }: RejectedQueryDto): Promise<RejectedMessageDto[]> {
    return (await this.rockets.rejected(limit, channel)).map(rejectedDtoOf);
  }
}
