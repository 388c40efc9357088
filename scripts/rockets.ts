import { FileError } from './rockets/file-error.js';
import { LOG_LEVELS, type LogLevel, UsageError } from './rockets/flag-values.js';
import { launch, type Print } from './rockets/launch.js';
import { type Command, HELP, readOptions } from './rockets/options.js';
import { record } from './rockets/record.js';
import { replay } from './rockets/replay.js';

process.exitCode = await main(process.argv.slice(2));

/** The command line of the rockets generator. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const command = readOptions(args);
    return command === null ? help() : await run(command, interruption());
  } catch (fault) {
    if (fault instanceof FileError) return refuse(fault.message);
    if (fault instanceof UsageError) return refuse(`${fault.message}\nSee rockets --help.`);
    throw fault;
  }
}

function run({ name, options }: Command, signal: AbortSignal): Promise<number> {
  switch (name) {
    case 'launch':
      return launch(options, printUpTo(options.logLevel, process.stdout), signal);
    case 'record':
      // Standard output may be the recording.
      return record(options, printUpTo(options.logLevel, process.stderr), signal);
    case 'replay':
      return replay(options, printUpTo(options.logLevel, process.stdout), signal);
    default:
      return name satisfies never;
  }
}

function help(): number {
  process.stdout.write(HELP);
  return 0;
}

function refuse(reason: string): number {
  process.stderr.write(`${reason}\n`);
  return 2;
}

/** The first Ctrl-C ends with a summary, the second at once. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  return controller.signal;
}

function printUpTo(logLevel: LogLevel, out: NodeJS.WriteStream): Print {
  const threshold = LOG_LEVELS.indexOf(logLevel);
  return (level, line) => {
    const stream = level === 'error' ? process.stderr : out;
    if (LOG_LEVELS.indexOf(level) <= threshold) stream.write(`${line}\n`);
  };
}
