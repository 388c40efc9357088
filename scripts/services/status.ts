import { ASK } from './ask.js';
import { serviceFolder } from './folders.js';
import { areAllRunning, readRunning } from './running.js';
import { SERVICE_NAMES, type ServiceName, SERVICES } from './service.js';

export interface Status {
  readonly name: ServiceName;
  readonly isAnswering: boolean;
  /** One line for people, without the password. */
  readonly line: string;
}

export function status(folder: string): Promise<readonly Status[]> {
  return Promise.all(SERVICE_NAMES.map((name) => statusOf(name, folder)));
}

async function statusOf(name: ServiceName, folder: string): Promise<Status> {
  const { label } = SERVICES[name];
  const running = await readRunning(serviceFolder(folder, name));
  if (!running) return { name, isAnswering: false, line: `${label}: not started here` };
  if (!(await areAllRunning(running)))
    return { name, isAnswering: false, line: `${label}: died, or the machine was started anew` };
  const pid = running.processes[0]?.pid ?? 0;
  const where = URL.canParse(running.url) ? new URL(running.url).host : 'no address yet';
  return ASK[name](running.url).then(
    () => ({ name, isAnswering: true, line: `${label}: ${where}, pid ${pid}, answers` }),
    () => ({ name, isAnswering: false, line: `${label}: ${where}, pid ${pid}, does not answer` }),
  );
}
