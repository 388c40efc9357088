import { Body, Controller, Delete, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { LimitDto, LimitQueryDto, PutLimitDto, shipLimitOf } from './limit.dto.js';
import { LimitsService } from './limits.service.js';
import type { LimitKey } from './ship-limit.js';

const INVALID = 'VALIDATION_FAILED: each fault names its field';

@ApiTags('limits')
@Controller('ships/:name/limits')
export class LimitsController {
  constructor(private readonly limits: LimitsService) {}

  @Get()
  @ApiOperation({ summary: 'The limits of a ship, by field and battery; none: an empty list' })
  @ApiOkResponse({ type: [LimitDto] })
  @ApiBadRequestResponse({ description: INVALID })
  async list(@Param('name') name: string): Promise<LimitDto[]> {
    return (await this.limits.limitsOf(name)).map((limit) => LimitDto.of(limit));
  }

  @Put(':field')
  @ApiOperation({
    summary: 'What a field may say, in the place of what was set before',
    description:
      'Holds here at once, at other ingestors within two seconds. What is outside already is judged ' +
      'by its next value.',
  })
  @ApiOkResponse({ type: LimitDto })
  @ApiBadRequestResponse({ description: INVALID })
  @ApiConflictResponse({ description: 'LIMITS_FULL' })
  async put(
    @Param('name') shipName: string,
    @Param('field') field: string,
    @Query() query: LimitQueryDto,
    @Body() body: PutLimitDto,
  ): Promise<LimitDto> {
    return LimitDto.of(await this.limits.put(shipLimitOf(keyOf(shipName, field, query), body)));
  }

  @Delete(':field')
  @HttpCode(204)
  @ApiOperation({ summary: 'No limit any more; alarms that no other limit is for are cleared' })
  @ApiNoContentResponse()
  @ApiBadRequestResponse({ description: INVALID })
  @ApiNotFoundResponse({ description: 'LIMIT_NOT_FOUND' })
  async remove(
    @Param('name') shipName: string,
    @Param('field') field: string,
    @Query() query: LimitQueryDto,
  ): Promise<void> {
    await this.limits.remove(keyOf(shipName, field, query));
  }
}

const keyOf = (shipName: string, field: string, { battery }: LimitQueryDto): LimitKey => ({
  shipName,
  field,
  battery: battery ?? null,
});
