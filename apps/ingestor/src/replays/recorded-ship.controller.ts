import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  HttpStatus,
  Param,
  Post,
  UseFilters,
} from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import { type StreamPhase, StreamRequestDto } from '#common/contracts';
import { EventKeyFilter, UuidParam } from '#common/platform';
import {
  ActiveReplaysDto,
  RecordedStreamStartedDto,
  RecordedStreamStateDto,
  RecordedStreamStoppedDto,
} from './recorded-ship.dto.js';
import { firstSequenceOf, RecordedShip, sentBy } from './recorded-ship.service.js';
import type { Replay } from './replay.js';

/** The API of a ship, as far as a recording can speak it. */
@ApiTags('replays')
@Controller('replays/:contact_id/stream')
@UseFilters(EventKeyFilter)
export class RecordedShipController {
  constructor(private readonly ship: RecordedShip) {}

  @Post()
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ summary: 'Send the stored contact to an address, as its ship did' })
  @ApiOkResponse({ type: RecordedStreamStartedDto })
  @ApiBadRequestResponse({
    description: 'VALIDATION_FAILED, REPLAY_FORMAT_DIFFERS or STREAM_TARGET_REFUSED',
  })
  @ApiNotFoundResponse({ description: 'REPORT_NOT_FOUND: unknown, or not ended yet' })
  @ApiServiceUnavailableResponse({ description: 'REPLAYS_FULL' })
  async start(
    @UuidParam('contact_id') contactId: string,
    @Body() request: StreamRequestDto,
  ): Promise<RecordedStreamStartedDto> {
    const replay = await this.ship.start(contactId, request);
    return {
      message: 'Communication started',
      event_key: replay.plan.id,
      first_sequence: firstSequenceOf(replay),
    };
  }

  @Get()
  @ApiOperation({ summary: 'How many replays of the contact send?' })
  @ApiOkResponse({ type: ActiveReplaysDto })
  count(@UuidParam('contact_id') contactId: string): ActiveReplaysDto {
    return { number_of_active_streams: this.ship.activeCount(contactId) };
  }

  @Get(':event_key')
  @ApiOperation({ summary: 'One stream, also for a while after its end' })
  @ApiOkResponse({ type: RecordedStreamStateDto })
  @ApiNotFoundResponse({ description: 'Event key not found' })
  state(
    @UuidParam('contact_id') contactId: string,
    @Param('event_key') eventKey: string,
  ): RecordedStreamStateDto {
    const replay = this.ship.find(contactId, eventKey);
    return { ...toProgress(replay), event_key: eventKey, phase: phaseOf(replay) };
  }

  @Delete(':event_key')
  @ApiOperation({ summary: 'Stop a stream; answers when its last datagram has left' })
  @ApiOkResponse({ type: RecordedStreamStoppedDto })
  @ApiNotFoundResponse({ description: 'Event key not found' })
  async stop(
    @UuidParam('contact_id') contactId: string,
    @Param('event_key') eventKey: string,
  ): Promise<RecordedStreamStoppedDto> {
    const replay = await this.ship.stop(contactId, eventKey);
    const { last_sequence, sent } = toProgress(replay);
    return { message: 'Communication stopped', last_sequence, sent };
  }
}

const phaseOf = ({ state }: Replay): StreamPhase => (state === 'running' ? 'sending' : 'ended');

const toProgress = (replay: Replay) => ({
  first_sequence: firstSequenceOf(replay),
  last_sequence: replay.state === 'running' ? (replay.highestSequence ?? 0) : replay.lastSequence,
  sent: sentBy(replay),
});
