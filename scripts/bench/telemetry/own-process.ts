import { poll } from '#common/embedded';
import { dyingWithUs, forget, killOnExit } from '../../services/lifetime.js';
import { readLogTail } from '../../services/log-tail.js';
import { end, isRunning, launch, type Launch } from '../../services/process.js';

const READY_MS_MAX = 60_000;
const STOP_MS_MAX = 15_000;
const ASK_EVERY_MS = 50;

export interface OwnProcess {
  readonly pid: number;
  isRunning(): Promise<boolean>;
  stop(): Promise<void>;
}

/** Starts a program that stays, and waits until it answers. @throws Error with the end of its log */
export async function startOwn(
  name: string,
  wanted: Launch,
  answers: () => Promise<boolean>,
): Promise<OwnProcess> {
  const mark = await launch(await dyingWithUs(wanted));
  killOnExit(mark);
  const own: OwnProcess = {
    pid: mark.pid,
    isRunning: () => isRunning(mark),
    stop: async () => {
      await end(mark, STOP_MS_MAX);
      forget(mark);
    },
  };
  const state = async (): Promise<boolean | undefined> => {
    if (!(await isRunning(mark))) return false;
    return (await answers()) || undefined;
  };
  const outcome = await poll(state, READY_MS_MAX, ASK_EVERY_MS);
  if (outcome === true) return own;
  await own.stop();
  const story = outcome === false ? 'ended during its start' : 'does not answer after its start';
  throw new Error(`${name} ${story}.\n${await readLogTail([wanted.logFile])}`);
}
