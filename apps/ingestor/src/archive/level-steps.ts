import { MICROS_PER_SECOND } from '#common/domain';

/** Stretches that minima and maxima are kept for, in microseconds; each a multiple of the one before. */
export const LEVEL_STEPS = [60, 3_600, 86_400].map((seconds) => seconds * MICROS_PER_SECOND);
