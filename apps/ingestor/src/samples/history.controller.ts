import { Controller, Get, Param, Query } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiProperty,
  ApiTags,
} from '@nestjs/swagger';
import { HistoryService, type Point } from './history.service.js';
import { HistoryQueryDto } from './sample-query.dto.js';

class PointDto implements Point {
  @ApiProperty({ example: 1_893_499_200_000, description: 'Milliseconds since 1970' })
  readonly timestamp: number;

  @ApiProperty({ oneOf: [{ type: 'number' }, { type: 'string' }], example: 28.5 })
  readonly value: number | string;

  @ApiProperty({ example: 'USS~20Enterprise.0.volts' })
  readonly id: string;
}

@ApiTags('Open MCT')
@Controller('history')
export class HistoryController {
  constructor(private readonly history: HistoryService) {}

  @Get(':ids')
  @ApiOperation({ summary: 'Points of the past in the shape of Open MCT’s tutorial' })
  @ApiParam({ name: 'ids', example: 'USS~20Enterprise.0.volts,USS~20Enterprise.0.charge' })
  @ApiOkResponse({ type: [PointDto] })
  @ApiBadRequestResponse({ description: 'VALIDATION_FAILED, SAMPLES_TOO_MANY' })
  @ApiNotFoundResponse({ description: 'SHIP_NOT_FOUND' })
  points(@Param('ids') ids: string, @Query() query: HistoryQueryDto): Promise<Point[]> {
    return this.history.points(ids.split(','), query);
  }
}
