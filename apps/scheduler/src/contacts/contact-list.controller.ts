import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { linkedItems, PageQueryDto, UuidParam } from '#common/platform';
import { ContactDto, contactDtoOf } from './contact.dto.js';
import { INVALID } from './contact-docs.js';
import { ContactEntryDto, entryDtoOf } from './contact-history.dto.js';
import { ContactListQueryDto, contactQueryOf } from './contact-list.dto.js';
import { ContactListsService } from './contact-lists.service.js';

@ApiTags('contacts')
@Controller('scheduler')
export class ContactListController {
  constructor(private readonly lists: ContactListsService) {}

  @Get()
  @ApiOperation({
    summary:
      'Contacts by state, ship, antenna, rocket, window; the next page is in the Link header',
    description:
      'Without parameters all of them, latest start first. A cursor belongs to its filters and its sort.',
  })
  @ApiOkResponse({ type: [ContactDto] })
  @ApiBadRequestResponse({ description: INVALID })
  async page(
    @Query() query: ContactListQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ContactDto[]> {
    const page = await this.lists.page(contactQueryOf(query));
    return linkedItems(page, request, reply).map(({ contact }) => contactDtoOf(contact));
  }

  @Get(':id/history')
  @ApiOperation({
    summary: 'Every change of a contact, by whom and why, oldest first; the next page is in Link',
  })
  @ApiOkResponse({ type: [ContactEntryDto] })
  @ApiBadRequestResponse({ description: INVALID })
  @ApiNotFoundResponse({ description: 'CONTACT_NOT_FOUND' })
  async history(
    @UuidParam('id') id: string,
    @Query() query: PageQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ContactEntryDto[]> {
    return linkedItems(await this.lists.history(id, query), request, reply).map(entryDtoOf);
  }
}
