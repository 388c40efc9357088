import { ChangeFeed } from './change-feed.js';
import { ChangeLoop } from './change-loop.js';
import { EventsController } from './events.controller.js';
import { LiveChanges } from './live-changes.js';

export const LIVE_CONTROLLERS = [EventsController];
export const LIVE_PROVIDERS = [ChangeFeed, ChangeLoop, LiveChanges];
