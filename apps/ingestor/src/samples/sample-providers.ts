import { ExportController } from './export/export.controller.js';
import { ExportPlaces } from './export/export-places.js';
import { ExportService } from './export/export.service.js';
import { HistoryController } from './history.controller.js';
import { HistoryService } from './history.service.js';
import { MinMaxService } from './min-max.service.js';
import { NewestService } from './newest.service.js';
import { SampleAnswers } from './sample-answers.js';
import { SampleScopes } from './sample-scope.js';
import { SamplesService } from './samples.service.js';
import { ShipsController } from './ships.controller.js';
import { ShipsService } from './ships.service.js';

/** What people ask; needs the archive and the readers of packets. */
export const SAMPLE_PROVIDERS = [
  ExportPlaces,
  ExportService,
  HistoryService,
  MinMaxService,
  NewestService,
  SampleAnswers,
  SampleScopes,
  SamplesService,
  ShipsService,
];

export const SAMPLE_CONTROLLERS = [ExportController, HistoryController, ShipsController];
