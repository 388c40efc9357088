import { catchError, firstValueFrom, timeout } from 'rxjs';
import type { ClientProxy } from '@nestjs/microservices';
import { ROCKET_GET, type RocketGetDto, type RocketGetReply } from '#common/contracts';
import { DomainError } from '#common/domain';
import { RocketDirectory } from '../contacts/rocket-directory.port.js';

const REPLY_TIMEOUT_MS = 2_000;

/** Asks the rocket monitor over the bus. */
export class BusRocketDirectory extends RocketDirectory {
  constructor(private readonly client: ClientProxy) {
    super();
  }

  async explosionReason(channel: string): Promise<string | null> {
    const question: RocketGetDto = { channel };
    const reply = await firstValueFrom(
      this.client.send<RocketGetReply>(ROCKET_GET, question).pipe(
        timeout(REPLY_TIMEOUT_MS),
        catchError((cause: unknown) => {
          throw new DomainError(
            'ROCKET_STATE_UNAVAILABLE',
            'The rocket monitor does not answer; try again later',
            { cause },
          );
        }),
      ),
    );
    return reply.exploded_reason === '' ? null : reply.exploded_reason;
  }
}
