import { setTimeout as wait } from 'node:timers/promises';
import { ConfigError } from './config.js';
import { withoutPasswords } from './without-passwords.js';

/** Whatever `main` started and must stop: an app, several, a database. */
export interface Running {
  close(): Promise<void>;
}

/** Closes one after the other, in the order given, also when one of them fails. */
export const closing = (...parts: readonly Running[]): Running => ({
  async close(): Promise<void> {
    const faults: unknown[] = [];
    for (const part of parts) await part.close().catch((fault: unknown) => faults.push(fault));
    if (faults.length > 0) throw faults[0];
  },
});

/** A close that hangs (a peer that never answers) must not keep a dead process on the list. */
export const SHUTDOWN_DEADLINE_MS = 10_000;

/**
 * Starts a process and sees it to its end: a fault at start is one message and exit 1; SIGTERM and
 * SIGINT close in order, with a deadline; a second signal does not wait.
 */
export async function run(start: () => Promise<Running>): Promise<void> {
  const started = start();
  closeOnSignals(started);
  try {
    await started;
  } catch (fault) {
    process.stderr.write(`${describeFault(fault)}\n`);
    process.exit(1);
  }
}

/** A signal that comes during the start is obeyed when there is something to close. */
function closeOnSignals(started: Promise<Running>): void {
  let isClosing = false;
  const close = async (): Promise<void> => {
    if (isClosing) process.exit(1);
    isClosing = true;
    process.stderr.write('Stopping …\n');
    const running = await Promise.race([started, wait(SHUTDOWN_DEADLINE_MS, null)]);
    const isClosed = running !== null && (await closeWithin(running, SHUTDOWN_DEADLINE_MS));
    process.exit(isClosed ? process.exitCode : 1);
  };
  process.on('SIGTERM', () => void close());
  process.on('SIGINT', () => void close());
}

/** Something that the process cannot live without is gone: says so, closes the rest, exits with 1. */
export function shutDown(fault: Error): void {
  process.stderr.write(`${describeFault(fault)}\n`);
  process.exitCode = 1;
  process.emit('SIGTERM');
}

/** True when all was closed in time. */
async function closeWithin(running: Running, deadlineMs: number): Promise<boolean> {
  const isClosed = running.close().then(
    () => true,
    (fault: unknown) => {
      process.stderr.write(`${describeFault(fault)}\n`);
      return false;
    },
  );
  return Promise.race([isClosed, wait(deadlineMs, false)]);
}

/** For the operator: without a stack where a setting is wrong, and never with a password. */
export function describeFault(fault: unknown): string {
  if (fault instanceof ConfigError) return fault.message;
  return withoutPasswords(fault instanceof Error ? (fault.stack ?? fault.message) : String(fault));
}
