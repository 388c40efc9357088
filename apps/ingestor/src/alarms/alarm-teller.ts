import { Injectable } from '@nestjs/common';
import { OutboxRelay } from '#common/messaging';
import { EventSink } from '../live/event-sink.js';
import type { AlarmChange } from './alarm.js';
import { alarmMessageOf } from './alarm-message.js';

/** Passes on what has changed in the list: it is in the outbox already. */
@Injectable()
export class AlarmTeller {
  constructor(
    private readonly relay: OutboxRelay,
    private readonly sink: EventSink,
  ) {}

  tell(changes: readonly AlarmChange[]): void {
    if (changes.length === 0) return;
    this.relay.wake();
    for (const { event, alarm } of changes)
      this.sink.tell('alarm', alarm.id, { event, ...alarmMessageOf(alarm) });
  }
}
