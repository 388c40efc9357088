import { Body, Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { linkedItems } from '#common/platform';
import { ReasonQueryDto, RequestedBy } from '../contacts/cause.dto.js';
import { PassDto, passDtoOf, PassesQueryDto, passPositionOf, passQueryOf } from './pass.dto.js';
import { PassesService } from './passes.service.js';
import { planRequestOf, ProposePlanDto } from './plan.dto.js';
import { PlansService } from './plans.service.js';
import { ProposalDto, proposalDtoOf } from './proposal.dto.js';

@ApiTags('passes')
@Controller('passes')
export class PassesController {
  constructor(
    private readonly passes: PassesService,
    private readonly plans: PlansService,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'When a ship is in sight of the stations, by begin; the next page is in Link',
    description:
      'By SGP4, without refraction. What goes on at an end of the window counts from or up to there.',
  })
  @ApiOkResponse({ type: [PassDto] })
  @ApiBadRequestResponse({ description: 'VALIDATION_FAILED; PLAN_TOO_LARGE: ask for less' })
  @ApiNotFoundResponse({ description: 'ORBIT_NOT_FOUND, STATION_NOT_FOUND' })
  @ApiConflictResponse({ description: 'ORBIT_DECAYED, ELEMENTS_TOO_OLD' })
  @ApiServiceUnavailableResponse({ description: 'PREDICTIONS_FULL: try again' })
  async page(
    @Query() query: PassesQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PassDto[]> {
    const position = passPositionOf(query.cursor);
    const page = await this.passes.page(passQueryOf(query), query.limit, position);
    return linkedItems(page, request, reply).map(passDtoOf);
  }

  @Post('propose')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Contacts without conflicts out of passes, by priority, then by elevation',
    description:
      'None overlaps another on its antenna or of its ship, also none that is booked already. ' +
      'Nothing changes unless `book` says so.',
  })
  @ApiOkResponse({ type: ProposalDto })
  @ApiBadRequestResponse({ description: 'VALIDATION_FAILED; PLAN_TOO_LARGE: ask for less' })
  @ApiNotFoundResponse({ description: 'ORBIT_NOT_FOUND, STATION_NOT_FOUND' })
  @ApiConflictResponse({ description: 'Something else was booked meanwhile: nothing is booked' })
  @ApiServiceUnavailableResponse({ description: 'PREDICTIONS_FULL: try again' })
  async propose(
    @Body() plan: ProposePlanDto,
    @Query() { reason }: ReasonQueryDto,
    @RequestedBy() by: string,
  ): Promise<ProposalDto> {
    return proposalDtoOf(await this.plans.propose(planRequestOf(plan), { by, reason }));
  }
}
