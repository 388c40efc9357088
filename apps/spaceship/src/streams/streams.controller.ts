import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  HttpStatus,
  Param,
  Patch,
  Post,
  Query,
  StreamableFile,
  UseFilters,
} from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiPayloadTooLargeResponse,
  ApiServiceUnavailableResponse,
  ApiTags,
  ApiUnsupportedMediaTypeResponse,
} from '@nestjs/swagger';
import { StreamRedirectDto, StreamRequestDto } from '#common/contracts';
import { EventKeyFilter } from '#common/platform';
import { LedgerQueryDto, StreamLedgerDto, toLedgerFile } from './ledger.dto.js';
import {
  ActiveStreamsDto,
  EventKeyNotFoundDto,
  StreamRedirectedDto,
  StreamStartedDto,
  StreamStateDto,
  StreamStoppedDto,
  toStreamRedirected,
  toStreamStarted,
  toStreamState,
  toStreamStopped,
} from './stream.dto.js';
import { StreamsService } from './streams.service.js';

@ApiTags('streams')
@Controller('stream')
@UseFilters(EventKeyFilter)
export class StreamsController {
  constructor(private readonly streams: StreamsService) {}

  @Post()
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ summary: 'Send battery readings to an address until told to stop' })
  @ApiOkResponse({ type: StreamStartedDto })
  @ApiBadRequestResponse({
    description: 'VALIDATION_FAILED or STREAM_TARGET_REFUSED, problem+json',
  })
  @ApiPayloadTooLargeResponse({ description: 'BODY_TOO_LARGE, problem+json' })
  @ApiUnsupportedMediaTypeResponse({ description: 'MEDIA_TYPE_UNSUPPORTED, problem+json' })
  @ApiServiceUnavailableResponse({ description: 'STREAM_QUEUE_FULL, problem+json' })
  async start(@Body() request: StreamRequestDto): Promise<StreamStartedDto> {
    return toStreamStarted(await this.streams.start(request));
  }

  @Get()
  @ApiOperation({ summary: 'How many streams send or wait for their turn?' })
  @ApiOkResponse({ type: ActiveStreamsDto })
  count(): ActiveStreamsDto {
    return { number_of_active_streams: this.streams.activeCount };
  }

  @Get(':event_key')
  @ApiOperation({ summary: 'One stream, also for a while after its end' })
  @ApiOkResponse({ type: StreamStateDto })
  @ApiNotFoundResponse({ type: EventKeyNotFoundDto })
  state(@Param('event_key') eventKey: string): StreamStateDto {
    return toStreamState(this.streams.find(eventKey));
  }

  @Get(':event_key/ledger')
  @ApiOperation({
    summary: 'What became of each number, with totals; also for a while after its end',
  })
  @ApiOkResponse({ type: StreamLedgerDto })
  @ApiBadRequestResponse({ description: 'VALIDATION_FAILED, problem+json' })
  @ApiNotFoundResponse({ type: EventKeyNotFoundDto })
  ledger(@Param('event_key') eventKey: string, @Query() query: LedgerQueryDto): StreamableFile {
    return toLedgerFile(this.streams.ledger(eventKey), query);
  }

  @Patch(':event_key')
  @ApiOperation({ summary: 'Send the rest of a stream to another address' })
  @ApiOkResponse({ type: StreamRedirectedDto })
  @ApiBadRequestResponse({
    description: 'VALIDATION_FAILED or STREAM_TARGET_REFUSED, problem+json',
  })
  @ApiNotFoundResponse({ type: EventKeyNotFoundDto })
  async redirect(
    @Param('event_key') eventKey: string,
    @Body() request: StreamRedirectDto,
  ): Promise<StreamRedirectedDto> {
    return toStreamRedirected(await this.streams.redirect(eventKey, request));
  }

  @Delete(':event_key')
  @ApiOperation({ summary: 'Stop a stream; answers when its last datagram has left' })
  @ApiOkResponse({ type: StreamStoppedDto })
  @ApiNotFoundResponse({ type: EventKeyNotFoundDto })
  async stop(@Param('event_key') eventKey: string): Promise<StreamStoppedDto> {
    return toStreamStopped(await this.streams.stop(eventKey));
  }
}
