import { Injectable } from '@nestjs/common';
import { DomainError, type RocketMessage, type RocketTrack } from '#common/domain';
import { Clock } from '#common/platform';
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

  /** One page of tracks by channel, and after which channel the next begins, if there is one. */
  async list(
    after: string,
    limit: number,
  ): Promise<{ readonly tracks: readonly RocketTrack[]; readonly nextAfter: string | null }> {
    const found = await this.store.list({ after, limit: limit + 1 });
    const tracks = found.slice(0, limit);
    return { tracks, nextAfter: found.length > limit ? (tracks.at(-1)?.channel ?? null) : null };
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
