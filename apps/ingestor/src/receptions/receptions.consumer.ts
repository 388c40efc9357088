import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import {
  RECEPTION_CLOSE,
  RECEPTION_OPEN,
  RECEPTION_PREPARE,
  ReceptionCloseDto,
  ReceptionOpenDto,
  ReceptionPrepareDto,
} from '#common/contracts';
import { parseInstant } from '#common/domain';
import { BUS } from '#common/messaging';
import { EventPayload } from '#common/platform';
import type { ReceptionOrder } from './reception-store.port.js';
import { ReceptionsService } from './receptions.service.js';

/** The scheduler's commands. */
@Controller()
export class ReceptionsConsumer {
  constructor(private readonly receptions: ReceptionsService) {}

  @EventPattern(RECEPTION_PREPARE, BUS)
  prepare(@EventPayload() command: ReceptionPrepareDto): Promise<void> {
    return this.receptions.prepare(orderOf(command));
  }

  @EventPattern(RECEPTION_OPEN, BUS)
  open(@EventPayload() command: ReceptionOpenDto): Promise<void> {
    const startedAt = parseInstant(command.started_at)!;
    return this.receptions.open({
      ...orderOf(command),
      startedAt,
      latenessMs: command.lateness_ms,
    });
  }

  @EventPattern(RECEPTION_CLOSE, BUS)
  close(@EventPayload() { contact_id, fence, reason }: ReceptionCloseDto): Promise<void> {
    return this.receptions.close(contact_id, fence, reason);
  }
}

/** The DTO is checked, so its instants can be read. */
const orderOf = (command: ReceptionPrepareDto): ReceptionOrder => ({
  contactId: command.contact_id,
  fence: command.fence,
  shipName: command.ship_name,
  plannedStart: parseInstant(command.planned_start)!,
  plannedEnd: parseInstant(command.planned_end)!,
  stream: Object.assign({}, command.stream),
});
