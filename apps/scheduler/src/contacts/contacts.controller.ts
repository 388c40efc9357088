import {
  Body,
  Controller,
  Delete,
  Get,
  HttpStatus,
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
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import { isUUID } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { decodeCursor, linkedItems, PageQueryDto, UuidParam } from '#common/platform';
import {
  BookContactDto,
  ChangeContactDto,
  ContactDto,
  contactChangeOf,
  contactDtoOf,
  newContactOf,
} from './contact.dto.js';
import { RehearsalDto } from '../antennas/antenna-taken.dto.js';
import { BookingQueryDto } from './booking-query.dto.js';
import { ReasonQueryDto, RequestedBy } from './cause.dto.js';
import type { ContactPosition } from './contact-store.port.js';
import { ContactsService } from './contacts.service.js';

const PAST = 'START_TIME_PASSED: Start time must be greater than current time';
const TAKEN = 'ANTENNA_TAKEN: conflicts names what has it, free_windows when it is free';
const INVALID = 'VALIDATION_FAILED: each fault names its field';

@ApiTags('contacts')
@Controller('scheduler')
export class ContactsController {
  constructor(private readonly contacts: ContactsService) {}

  @Post()
  @ApiOperation({ summary: 'Book a contact with a ship' })
  @ApiCreatedResponse({ type: ContactDto })
  @ApiBadRequestResponse({ description: `${INVALID}; ${PAST}` })
  @ApiOkResponse({ type: RehearsalDto, description: 'Of a dry run' })
  @ApiConflictResponse({
    description: `ROCKET_EXPLODED: the rocket that carries the ship is gone; ${TAKEN}`,
  })
  @ApiServiceUnavailableResponse({ description: 'ROCKET_STATE_UNAVAILABLE: try again' })
  async book(
    @Body() contact: BookContactDto,
    @Query() { reason, displace, dry_run }: BookingQueryDto,
    @RequestedBy() by: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ContactDto | RehearsalDto> {
    const wanted = [newContactOf(contact)];
    if (dry_run) {
      void reply.status(HttpStatus.OK);
      return this.contacts.rehearseBooking(wanted, { by, reason }, { displace });
    }
    const [booked] = await this.contacts.book(wanted, { by, reason }, { displace });
    return contactDtoOf(booked!);
  }

  @Get()
  @ApiOperation({
    summary: 'All contacts, latest start first; the next page is in the Link header',
  })
  @ApiOkResponse({ type: [ContactDto] })
  async page(
    @Query() { limit, cursor }: PageQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ContactDto[]> {
    const page = await this.contacts.page(limit, cursor === undefined ? null : positionOf(cursor));
    return linkedItems(page, request, reply).map(contactDtoOf);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One contact, with its report once it has ended' })
  @ApiOkResponse({ type: ContactDto })
  @ApiBadRequestResponse({ description: INVALID })
  @ApiNotFoundResponse({ description: 'CONTACT_NOT_FOUND' })
  async get(@UuidParam('id') id: string): Promise<ContactDto> {
    return contactDtoOf(await this.contacts.get(id));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Move or change a contact that has not begun' })
  @ApiOkResponse({ type: ContactDto })
  @ApiBadRequestResponse({ description: `${INVALID}; ${PAST}` })
  @ApiNotFoundResponse({ description: 'CONTACT_NOT_FOUND' })
  @ApiConflictResponse({ description: `CONTACT_NOT_CHANGEABLE: it has begun or ended; ${TAKEN}` })
  async change(
    @UuidParam('id') id: string,
    @Body() change: ChangeContactDto,
    @Query() { reason, displace, dry_run }: BookingQueryDto,
    @RequestedBy() by: string,
  ): Promise<ContactDto | RehearsalDto> {
    const wanted = contactChangeOf(change);
    if (dry_run) return this.contacts.rehearseChange(id, wanted, { by, reason }, { displace });
    return contactDtoOf(await this.contacts.change(id, wanted, { by, reason }, { displace }));
  }

  @Delete(':id')
  @ApiOperation({ summary: 'Cancel a contact before its start, stop it during' })
  @ApiOkResponse({ type: ContactDto })
  @ApiBadRequestResponse({ description: INVALID })
  @ApiNotFoundResponse({ description: 'CONTACT_NOT_FOUND' })
  @ApiConflictResponse({ description: 'CONTACT_NOT_CHANGEABLE: it ended by itself' })
  async end(
    @UuidParam('id') id: string,
    @Query() { reason }: ReasonQueryDto,
    @RequestedBy() by: string,
  ): Promise<ContactDto> {
    return contactDtoOf(await this.contacts.end(id, { by, reason }));
  }
}

function positionOf(cursor: string): ContactPosition {
  const [startTime, id] = decodeCursor(cursor, isPosition);
  return { startTime, id };
}

const isPosition = (value: readonly unknown[]): value is readonly [number, string] =>
  Number.isSafeInteger(value[0]) && isUUID(value[1]);
