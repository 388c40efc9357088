import { OrbitsController } from './orbits.controller.js';
import { OrbitsService } from './orbits.service.js';
import { PassesController } from './passes.controller.js';
import { PassesService } from './passes.service.js';
import { PlansService } from './plans.service.js';
import { StationsController } from './stations.controller.js';
import { StationsService } from './stations.service.js';
import { TimeSlices } from './time-slices.js';

/** What the scheduler's module takes from here. */
export const PASSES_CONTROLLERS = [OrbitsController, StationsController, PassesController];
export const PASSES_PROVIDERS = [
  OrbitsService,
  StationsService,
  PassesService,
  PlansService,
  TimeSlices,
];
