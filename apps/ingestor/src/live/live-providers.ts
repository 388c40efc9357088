import { EventFeed } from './event-feed.js';
import { EventSink } from './event-sink.js';
import { EventsController } from './events.controller.js';
import { NewestSamples } from './newest-samples.js';
import { RealtimeController } from './realtime/realtime.controller.js';
import { RealtimeServer } from './realtime/realtime.server.js';

/** What tells of the present; needs the feed of samples and the readers of packets. */
export const LIVE_PROVIDERS = [
  NewestSamples,
  EventFeed,
  { provide: EventSink, useExisting: EventFeed },
  RealtimeServer,
];

export const LIVE_CONTROLLERS = [EventsController, RealtimeController];
