import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { poll } from '#common/embedded';
import { readLogTail } from '../../services/log-tail.js';
import { call } from '../../storm/http-call.js';
import type { GroundApps } from '../telemetry/ground-apps.js';
import type { AskedShip } from './asked.ship.js';

const ANSWER_MS_MAX = 20_000;
/** So long ahead that every contact is booked and its reception prepared. */
const LEAD_MS = 9_000;
const DURATION_SECONDS = 3;
const ASKED_MS_MAX = 30_000;
const ENDED_MS_MAX = 60_000;
const LOOK_EVERY_MS = 50;
const BOOKED_AT_ONCE = 10;

export type Format = 'json' | 'ccsds';

/** Milliseconds from the due instant, one of each contact. */
export interface FleetStart {
  readonly untilStarted: readonly number[];
  readonly untilAsked: readonly number[];
}

/** Books contacts for one instant, waits until their ships were asked and the contacts have ended. */
export async function startFleet(
  apps: GroundApps,
  ship: AskedShip,
  { count, format }: { readonly count: number; readonly format: Format },
  signal: AbortSignal,
): Promise<FleetStart> {
  const dueAtMs = Math.ceil(Date.now() + LEAD_MS);
  const names = Array.from({ length: count }, () => `ask ${randomUUID()}`);
  const ids = await book(apps, names, { dueAtMs, format });
  await wait(Math.max(0, dueAtMs - Date.now()), undefined, { signal });
  const untilAsked = await poll(
    async () => {
      signal.throwIfAborted();
      const asked = names.map((name) => ship.askedAtMs(name));
      return asked.some((at) => at === null) ? undefined : asked.map((at) => at! - dueAtMs);
    },
    ASKED_MS_MAX,
    LOOK_EVERY_MS,
  );
  if (!untilAsked) throw new Error(`Ships were never asked\n${await readLogTail([apps.logFile])}`);
  return { untilAsked, untilStarted: await latenessOf(apps, ids, signal) };
}

async function book(
  apps: GroundApps,
  names: readonly string[],
  { dueAtMs, format }: { readonly dueAtMs: number; readonly format: Format },
): Promise<string[]> {
  const url = `${apps.schedulerUrl}/scheduler/`;
  const start_time = new Date(dueAtMs).toISOString();
  const ids: string[] = [];
  for (let at = 0; at < names.length; at += BOOKED_AT_ONCE)
    ids.push(
      ...(await Promise.all(
        names.slice(at, at + BOOKED_AT_ONCE).map(async (ship_name) => {
          const contact = { ship_name, start_time, duration: DURATION_SECONDS, stream: { format } };
          const answer = await call('POST', url, ANSWER_MS_MAX, contact);
          if (answer.kind !== 'answer' || answer.status !== 201)
            throw new Error(`A contact was answered with ${JSON.stringify(answer)}`);
          return (answer.body as { id: string }).id;
        }),
      )),
    );
  return ids;
}

/** Of contacts that are over: the apps are idle again then. */
async function latenessOf(
  apps: GroundApps,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<number[]> {
  const lateness: number[] = [];
  for (const id of ids) {
    const ended = await poll(
      async () => {
        signal.throwIfAborted();
        const url = `${apps.schedulerUrl}/scheduler/${id}`;
        const answer = await call('GET', url, ANSWER_MS_MAX);
        const { state, lateness_ms } = (answer.kind === 'answer' ? answer.body : {}) as {
          state?: string;
          lateness_ms?: number;
        };
        return state === 'completed' ? lateness_ms : undefined;
      },
      ENDED_MS_MAX,
      LOOK_EVERY_MS,
    );
    if (ended === undefined) throw new Error('A contact was not completed');
    lateness.push(ended);
  }
  return lateness;
}
