import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Post } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiCreatedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import { Clock, UuidParam, ValidationException } from '#common/platform';
import {
  ReplayDto,
  ReplayReportDto,
  ReplayRequestDto,
  toReplay,
  toReplayReport,
} from './replay.dto.js';
import { readdressed, refuseReaddressing } from './readdressed-packet.js';
import { DatagramOutput } from './replay-output.js';
import { ReplayTargets } from './replay-targets.js';
import { ReplaysService } from './replays.service.js';

@ApiTags('replays')
@Controller()
export class ReplaysController {
  constructor(
    private readonly replays: ReplaysService,
    private readonly targets: ReplayTargets,
    private readonly clock: Clock,
  ) {}

  @Post('contacts/:contact_id/replays')
  @HttpCode(HttpStatus.CREATED)
  @ApiOperation({ summary: 'Sends the stored packets of a contact once more' })
  @ApiCreatedResponse({ type: ReplayDto })
  @ApiBadRequestResponse({
    description: 'VALIDATION_FAILED, REPLAY_FORMAT_DIFFERS or STREAM_TARGET_REFUSED',
  })
  @ApiNotFoundResponse({ description: 'REPORT_NOT_FOUND: unknown, or not ended yet' })
  @ApiServiceUnavailableResponse({ description: 'REPLAYS_FULL' })
  async start(
    @UuidParam('contact_id') contactId: string,
    @Body() { speed = 1, to }: ReplayRequestDto,
  ): Promise<ReplayDto> {
    const { udp, events } = to;
    if ((udp === undefined) === (events === undefined))
      throw new ValidationException([{ field: 'to', message: 'to must be udp or events' }]);
    const target = udp && this.targets.admitUnasked(udp.host, udp.port);
    const contact = await this.replays.contactOf(contactId);
    if (!target) return toReplay(this.replays.toEvents(contact, speed));
    const { apid = null } = udp;
    if (apid !== null) refuseReaddressing(contact, 'to.udp.apid');
    const change = apid === null ? {} : { change: (of: Buffer) => readdressed(of, apid, null) };
    const nowMs = () => this.clock.nowMs();
    const replay = await this.replays.toUdp(
      contact,
      speed,
      { ...target, apid },
      (channel) => new DatagramOutput({ channel, apid, nowMs, ...change }),
    );
    return toReplay(replay);
  }

  @Get('replays')
  @ApiOperation({ summary: 'Replays that run, and the last that ended, the newest first' })
  @ApiOkResponse({ type: [ReplayDto] })
  list(): ReplayDto[] {
    return this.replays.list().map(toReplay);
  }

  @Get('replays/:id')
  @ApiOperation({ summary: 'One replay, also for a while after its end' })
  @ApiOkResponse({ type: ReplayDto })
  @ApiNotFoundResponse({ description: 'REPLAY_NOT_FOUND' })
  find(@UuidParam('id') id: string): ReplayDto {
    return toReplay(this.replays.get(id));
  }

  @Get('replays/:id/report')
  @ApiOperation({ summary: 'What a replay sent so far, accounted for as the contact was' })
  @ApiOkResponse({ type: ReplayReportDto })
  @ApiNotFoundResponse({ description: 'REPLAY_NOT_FOUND' })
  report(@UuidParam('id') id: string): ReplayReportDto {
    return toReplayReport(this.replays.get(id));
  }

  @Delete('replays/:id')
  @ApiOperation({ summary: 'Stops a replay; answers when its last packet has left' })
  @ApiOkResponse({ type: ReplayDto })
  @ApiNotFoundResponse({ description: 'REPLAY_NOT_FOUND' })
  async stop(@UuidParam('id') id: string): Promise<ReplayDto> {
    const replay = this.replays.get(id);
    await replay.stop();
    return toReplay(replay);
  }
}
