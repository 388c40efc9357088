import type { Rocket } from './rocket.js';

/** Something about a rocket that was not known before. */
export type RocketFact =
  | { readonly type: 'launched'; readonly model: string; readonly mission: string }
  | { readonly type: 'exploded'; readonly reason: string }
  | { readonly type: 'mission-changed'; readonly mission: string };

/**
 * What one message made known. A message that arrives too late to change anything makes nothing
 * known; a reason or mission that a higher number corrects is told again. A launch tells its mission.
 */
export function newFacts(before: Rocket, after: Rocket): RocketFact[] {
  const { model, mission, explodedReason: reason } = after;
  const isLaunched = after.launchNumber !== before.launchNumber;
  const facts: RocketFact[] = [];
  if (isLaunched && (before.launchNumber < 0 || model !== before.model))
    facts.push({ type: 'launched', model, mission });
  else if (mission !== before.mission) facts.push({ type: 'mission-changed', mission });
  if (reason !== '' && reason !== before.explodedReason) facts.push({ type: 'exploded', reason });
  return facts;
}
