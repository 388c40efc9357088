import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HELP, readOptions, type StormOptions, UsageError } from './storm/options.js';
import { jsonOf, type Outcome, tableOf } from './storm/outcome.js';
import { runStorm } from './storm/storm.js';
import { ProgressLine } from './storm/progress-line.js';

/** Details of one kind that are shown; all are in the folder. */
const DETAILS_MAX = 20;
const INTERRUPTED = 130;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (options !== null) return await storm(options);
    process.stdout.write(HELP);
    return 0;
  } catch (fault) {
    if (!(fault instanceof UsageError)) throw fault;
    process.stderr.write(`${fault.message}\nSee storm --help.\n`);
    return 2;
  }
}

async function storm(options: StormOptions): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'perigee-storm-'));
  const calledOff = interruption();
  const line = new ProgressLine(process.stderr, options);
  try {
    const onProgress = line.show.bind(line);
    const outcome = await runStorm(options, { folder, signal: calledOff, onProgress });
    line.clear();
    return await tell(outcome, folder);
  } catch (fault) {
    line.clear();
    if (!calledOff.aborted) process.stderr.write(`${describe(fault)}\n`);
    process.stderr.write(`The storm broke off. Seed ${options.seed}, folder ${folder}\n`);
    return calledOff.aborted ? INTERRUPTED : 1;
  }
}

async function tell(outcome: Outcome, folder: string): Promise<number> {
  const { violations, options } = outcome;
  const isWell = violations.length === 0;
  for (const row of tableOf(outcome)) process.stdout.write(`${row}\n`);
  for (const { kind, detail } of violations.slice(0, DETAILS_MAX))
    process.stderr.write(`${kind}: ${detail}\n`);
  if (isWell && !options.keep) await rm(folder, { recursive: true, force: true });
  else process.stderr.write(`Seed ${options.seed}, folder ${folder}\n`);
  process.stdout.write(`${jsonOf(outcome)}\n`);
  return isWell ? 0 : 1;
}

/** The first Ctrl-C stops everything in order, the second at once: what was started dies with us. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    process.stderr.write('\nStopping …\n');
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return controller.signal;
}

function describe(fault: unknown): string {
  return fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
}
