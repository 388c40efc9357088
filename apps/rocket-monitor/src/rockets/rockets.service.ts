import { Injectable } from '@nestjs/common';
import { DomainError, type RocketMessage, type RocketTrack } from '#common/domain';
import { Clock, type Page, pageOf } from '#common/platform';
import { type Outcome, type RejectedMessage, RocketStore } from './rocket-store.port.js';

/** What can be done with rockets: hear from them, and tell what is known of them. */
@Injectable()
export class RocketsService {
  constructor(
    private readonly store: RocketStore,
    private readonly clock: Clock,
  ) {}

  take(message: RocketMessage): Promise<Outcome> {
    return this.store.take(message);
  }

  find(channel: string): Promise<RocketTrack | null> {
    return this.store.find(channel);
  }

  async get(channel: string): Promise<RocketTrack> {
    const track = await this.store.find(channel);
    if (track === null)
      throw new DomainError('ROCKET_NOT_FOUND', 'No message was taken on this channel.');
    return track;
  }

  /** Tracks by channel. */
  async list(after: string, limit: number): Promise<Page<RocketTrack>> {
    const found = await this.store.list({ after, limit: limit + 1 });
    return pageOf(found, limit, ({ channel }) => [channel]);
  }

  channels(): Promise<string[]> {
    return this.store.channels();
  }

  reject(fault: Omit<RejectedMessage, 'receivedAtMs'>): Promise<void> {
    return this.store.reject({ ...fault, receivedAtMs: this.clock.nowMs() });
  }

  rejected(limit: number): Promise<RejectedMessage[]> {
    return this.store.rejected(limit);
  }
}
