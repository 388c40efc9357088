import {
  type LogLevel,
  parseFlags,
  readFile,
  readLevel,
  readUrl,
  refuseMore,
  UsageError,
} from './flag-values.js';
import {
  type DeliveredScenarioOptions,
  readScenarioOptions,
  SCENARIO_FLAGS,
  SCENARIO_HELP,
} from './scenario.options.js';

export interface RecordOptions {
  /** `-` for standard output. */
  readonly file: string;
  /** A monitor whose history is written, or the generator's messages. */
  readonly source: URL | DeliveredScenarioOptions;
  readonly logLevel: LogLevel;
}

export const RECORD_HELP = `\
record <file>: writes messages to a file (- for standard output), one a line, such as
  rockets record fleet.ndjson --max-messages 2000 --shuffle 50
  rockets record history.ndjson --from http://localhost:8088

  --from <url>              what this monitor has taken, rocket by rocket, each in order of arrival;
                            without it the generator's messages:
${SCENARIO_HELP}

  A file of that name is replaced once all is written.
`;

const FLAGS = {
  ...SCENARIO_FLAGS,
  from: { type: 'string' },
  'log-level': { type: 'string', default: 'info' },
} as const;

export function readRecordOptions(args: readonly string[]): RecordOptions {
  const { values, positionals } = parseFlags(args, FLAGS);
  const { from, 'log-level': logLevel, ...scenario } = values;
  const [file, ...rest] = positionals;
  refuseMore(rest);
  const [surplus] = Object.keys(scenario);
  if (from !== undefined && surplus !== undefined)
    throw new UsageError(`--${surplus} is for the generator's messages, --from for a monitor's`);
  return {
    file: readFile(file),
    source: from === undefined ? readScenarioOptions(scenario) : readUrl(from),
    logLevel: readLevel(logLevel),
  };
}
