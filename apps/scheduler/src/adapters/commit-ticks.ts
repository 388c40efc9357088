import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntitySubscriberInterface } from 'typeorm';
import { ChangeTicks } from '../live/change-ticks.port.js';

/** Every transaction that this process has committed. */
@Injectable()
export class CommitTicks extends ChangeTicks implements EntitySubscriberInterface {
  readonly #listeners: (() => void)[] = [];

  constructor(@InjectDataSource('scheduler') source: DataSource) {
    super();
    source.subscribers.push(this);
  }

  onTick(listener: () => void): void {
    this.#listeners.push(listener);
  }

  afterTransactionCommit(): void {
    for (const listener of this.#listeners) listener();
  }
}
