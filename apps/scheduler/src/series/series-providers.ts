import { SeriesController } from './series.controller.js';
import { SeriesLoop } from './series.loop.js';
import { SeriesRoller } from './series-roller.js';
import { SeriesService } from './series.service.js';

/** Contacts that come again; needs a SeriesStore, contacts and their starts. */
export const SERIES_PROVIDERS = [SeriesService, SeriesRoller, SeriesLoop];

export const SERIES_CONTROLLERS = [SeriesController];
