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
  ApiHeader,
  ApiNotFoundResponse,
  ApiNotModifiedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiPreconditionFailedResponse,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ExpectedVersions, isKnownVersion, UuidParam } from '#common/platform';
import type { KeyedRequest } from './booking-keys.port.js';
import { ReasonQueryDto, RequestedBy } from './cause.dto.js';
import {
  BookContactDto,
  ChangeContactDto,
  ContactDto,
  contactChangeOf,
  contactDtoOf,
  newContactOf,
} from './contact.dto.js';
import * as docs from './contact-docs.js';
import { RehearsalDto } from '../antennas/antenna-taken.dto.js';
import { BookingQueryDto } from './booking-query.dto.js';
import type { StoredContact } from './contact-store.port.js';
import { guardOf, versionOf } from './contact-version.js';
import { ContactsService } from './contacts.service.js';
import { IfMatch } from './if-match.dto.js';
import { Keyed } from './keyed-request.dto.js';

@ApiTags('contacts')
@Controller('scheduler')
export class ContactsController {
  constructor(private readonly contacts: ContactsService) {}

  @Post()
  @ApiOperation({ summary: 'Book a contact with a ship' })
  @ApiHeader(docs.KEY)
  @ApiHeader(docs.BY)
  @ApiCreatedResponse({ type: ContactDto, ...docs.WITH_ETAG })
  @ApiOkResponse({ type: RehearsalDto, description: 'Of a dry run' })
  @ApiBadRequestResponse({ description: `${docs.INVALID}; ${docs.PAST}` })
  @ApiConflictResponse({
    description:
      'ROCKET_EXPLODED: the rocket that carries the ship is gone; ' +
      `${docs.TAKEN}; ${docs.KEY_REUSED}`,
  })
  @ApiServiceUnavailableResponse({ description: 'ROCKET_STATE_UNAVAILABLE: try again' })
  async book(
    @Body() contact: BookContactDto,
    @Query() { reason, displace, dry_run }: BookingQueryDto,
    @RequestedBy() by: string,
    @Keyed() request: KeyedRequest | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ContactDto | RehearsalDto> {
    const wanted = [newContactOf(contact)];
    const cause = { by, reason };
    if (dry_run) {
      void reply.status(HttpStatus.OK);
      return this.contacts.rehearseBooking(wanted, cause, { displace });
    }
    const [booked] = await this.contacts.book(wanted, cause, { displace }, request);
    return tagged(booked!, reply);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One contact, with its report once it has ended' })
  @ApiHeader(docs.IF_NONE_MATCH)
  @ApiOkResponse({ type: ContactDto, ...docs.WITH_ETAG })
  @ApiNotModifiedResponse({ description: 'It is what If-None-Match names' })
  @ApiBadRequestResponse({ description: docs.INVALID })
  @ApiNotFoundResponse({ description: 'CONTACT_NOT_FOUND' })
  async get(
    @UuidParam('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ContactDto | undefined> {
    const contact = await this.contacts.get(id);
    return isKnownVersion(request, reply, versionOf(contact)) ? undefined : contactDtoOf(contact);
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Move or change a contact that has not begun' })
  @ApiHeader(docs.IF_MATCH)
  @ApiHeader(docs.BY)
  @ApiOkResponse({ type: ContactDto, ...docs.WITH_ETAG })
  @ApiBadRequestResponse({ description: `${docs.INVALID}; ${docs.PAST}` })
  @ApiNotFoundResponse({ description: 'CONTACT_NOT_FOUND' })
  @ApiConflictResponse({
    description: `CONTACT_NOT_CHANGEABLE: it has begun or ended; ${docs.TAKEN}`,
  })
  @ApiPreconditionFailedResponse({ description: docs.STALE })
  async change(
    @UuidParam('id') id: string,
    @Body() change: ChangeContactDto,
    @Query() { reason, displace, dry_run }: BookingQueryDto,
    @RequestedBy() by: string,
    @IfMatch() expected: ExpectedVersions,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ContactDto | RehearsalDto> {
    const wanted = contactChangeOf(change);
    const cause = { by, reason };
    const guard = guardOf(expected);
    if (dry_run) return this.contacts.rehearseChange(id, wanted, cause, { displace }, guard);
    const changed = this.contacts.change(id, wanted, cause, { displace }, guard);
    return tagged(await changed, reply);
  }

  @Delete(':id')
  @ApiOperation({ summary: 'Cancel a contact before its start, stop it during' })
  @ApiHeader(docs.IF_MATCH)
  @ApiHeader(docs.BY)
  @ApiOkResponse({ type: ContactDto, ...docs.WITH_ETAG })
  @ApiBadRequestResponse({ description: docs.INVALID })
  @ApiNotFoundResponse({ description: 'CONTACT_NOT_FOUND' })
  @ApiConflictResponse({ description: 'CONTACT_NOT_CHANGEABLE: it ended by itself' })
  @ApiPreconditionFailedResponse({ description: docs.STALE })
  async end(
    @UuidParam('id') id: string,
    @Query() { reason }: ReasonQueryDto,
    @RequestedBy() by: string,
    @IfMatch() expected: ExpectedVersions,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ContactDto> {
    return tagged(await this.contacts.end(id, { by, reason }, guardOf(expected)), reply);
  }
}

/** The answer to a change has the tag for the next one. */
function tagged(contact: StoredContact, reply: FastifyReply): ContactDto {
  void reply.header('etag', `"${versionOf(contact)}"`);
  return contactDtoOf(contact);
}
