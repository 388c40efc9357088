import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Patch,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { decodeCursor, linkedItems, PageQueryDto, UuidParam } from '#common/platform';
import {
  AddedWebhookDto,
  AddWebhookDto,
  ChangeWebhookDto,
  DeliveryDto,
  deliveryDtoOf,
  secretOf,
  TestedWebhookDto,
  WebhookDto,
  webhookChangeOf,
  webhookDtoOf,
} from './webhook.dto.js';
import { newSecret, secretText } from './webhook-signature.js';
import { WebhooksService } from './webhooks.service.js';

const INVALID = 'VALIDATION_FAILED: each fault names its field; WEBHOOK_TARGET_REFUSED';

@ApiTags('webhooks')
@Controller('webhooks')
export class WebhooksController {
  constructor(private readonly webhooks: WebhooksService) {}

  @Post()
  @ApiOperation({ summary: 'Have an address called with every change of a contact' })
  @ApiCreatedResponse({ type: AddedWebhookDto })
  @ApiBadRequestResponse({ description: INVALID })
  @ApiConflictResponse({ description: 'WEBHOOKS_FULL' })
  async add(@Body() dto: AddWebhookDto): Promise<AddedWebhookDto> {
    const secret = dto.secret === undefined ? newSecret() : secretOf(dto.secret);
    const added = await this.webhooks.add({
      url: dto.url,
      states: dto.events ?? [],
      shipName: dto.ship_name ?? null,
      antenna: dto.antenna ?? null,
      secret,
    });
    return Object.assign(webhookDtoOf(added), { secret: secretText(secret) });
  }

  @Get()
  @ApiOperation({ summary: 'All subscriptions, oldest first' })
  @ApiOkResponse({ type: [WebhookDto] })
  async all(): Promise<WebhookDto[]> {
    return (await this.webhooks.all()).map(webhookDtoOf);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One subscription, and how far it has come' })
  @ApiOkResponse({ type: WebhookDto })
  @ApiNotFoundResponse({ description: 'WEBHOOK_NOT_FOUND' })
  async get(@UuidParam('id') id: string): Promise<WebhookDto> {
    return webhookDtoOf(await this.webhooks.get(id));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change, pause or revive one; it goes on where it stands, at once' })
  @ApiOkResponse({ type: WebhookDto })
  @ApiBadRequestResponse({ description: INVALID })
  @ApiNotFoundResponse({ description: 'WEBHOOK_NOT_FOUND' })
  async change(@UuidParam('id') id: string, @Body() dto: ChangeWebhookDto): Promise<WebhookDto> {
    return webhookDtoOf(await this.webhooks.change(id, webhookChangeOf(dto)));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'End one, and forget its log' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ description: 'WEBHOOK_NOT_FOUND' })
  remove(@UuidParam('id') id: string): Promise<void> {
    return this.webhooks.remove(id);
  }

  @Get(':id/deliveries')
  @ApiOperation({ summary: 'Its latest calls, latest first; the next page is in the Link header' })
  @ApiOkResponse({ type: [DeliveryDto] })
  @ApiNotFoundResponse({ description: 'WEBHOOK_NOT_FOUND' })
  async deliveries(
    @UuidParam('id') id: string,
    @Query() { limit, cursor }: PageQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DeliveryDto[]> {
    const before = cursor === undefined ? null : decodeCursor(cursor, isPosition)[0];
    const page = await this.webhooks.deliveries(id, limit, before);
    return linkedItems(page, request, reply).map(deliveryDtoOf);
  }

  @Post(':id/test')
  @HttpCode(200)
  @ApiOperation({ summary: 'Call it once, now, with a message of the type webhook.test' })
  @ApiOkResponse({ type: TestedWebhookDto })
  @ApiNotFoundResponse({ description: 'WEBHOOK_NOT_FOUND' })
  async test(@UuidParam('id') id: string): Promise<TestedWebhookDto> {
    const { outcome, status, error, durationMs } = await this.webhooks.test(id);
    return { outcome, status, error, duration_ms: durationMs };
  }
}

const isPosition = (value: readonly unknown[]): value is readonly [number] =>
  Number.isSafeInteger(value[0]);
