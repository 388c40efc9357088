import { launch } from './rockets/launch.js';
import { HELP, LOG_LEVELS, type LogLevel, readOptions, UsageError } from './rockets/options.js';

process.exitCode = await main(process.argv.slice(2));

/** The command line of the rockets generator. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (options === null) return help();
    return await launch(options, printUpTo(options.logLevel), interruption());
  } catch (fault) {
    if (!(fault instanceof UsageError)) throw fault;
    process.stderr.write(`${fault.message}\nSee rockets --help.\n`);
    return 2;
  }
}

function help(): number {
  process.stdout.write(HELP);
  return 0;
}

/** The first Ctrl-C ends with a summary, the second at once. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  return controller.signal;
}

function printUpTo(logLevel: LogLevel): (level: LogLevel, line: string) => void {
  const threshold = LOG_LEVELS.indexOf(logLevel);
  return (level, line) => {
    const stream = level === 'error' ? process.stderr : process.stdout;
    if (LOG_LEVELS.indexOf(level) <= threshold) stream.write(`${line}\n`);
  };
}
