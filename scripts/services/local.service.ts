import { poll } from '#common/embedded';
import { readLogTail } from './log-tail.js';
import { dyingWithUs, forget, killOnExit } from './lifetime.js';
import { isRunning, kill, launch, type Launch, type ProcessMark } from './process.js';
import { endRunning, writeRunning } from './running.js';
import { type Service, type ServiceName, SERVICES } from './service.js';

/** How to start a server, ask it whether it answers, and how long each may take. */
export interface ServerPlan {
  readonly name: ServiceName;
  readonly url: string;
  readonly folder: string;
  readonly server: Launch;
  /** What must run before the server does, and ends after it. */
  readonly companion?: Launch;
  /** Where a failed start is explained. */
  readonly logFiles: readonly string[];
  /** Rejects until the server does its work for the user of the address. */
  answers(): Promise<void>;
  readonly readyMsMax: number;
  readonly stopMsMax: number;
  /** It goes on when this process ends, and is stopped by what is written in its folder. */
  readonly staysBehind: boolean;
}

const ASK_EVERY_MS = 50;

/** A server of this machine, run from its binary. */
export class LocalService implements Service {
  #server: ProcessMark = { pid: 0, startedAt: 'never' };
  #companion: ProcessMark | undefined;
  #stopping: Promise<void> | undefined;

  private constructor(private readonly plan: ServerPlan) {}

  /** Two servers in one folder would ruin it, so a forgotten one of an earlier run ends first. */
  static async start(plan: ServerPlan): Promise<LocalService> {
    await endRunning(plan.folder, plan.stopMsMax);
    const service = new LocalService(plan);
    await service.#start();
    return service;
  }

  get name(): ServiceName {
    return this.plan.name;
  }

  get url(): string {
    return this.plan.url;
  }

  get pid(): number {
    return this.#server.pid;
  }

  stop(): Promise<void> {
    return (this.#stopping ??= this.#end());
  }

  kill(signal: NodeJS.Signals): Promise<void> {
    return kill(this.#server, signal);
  }

  async restart(): Promise<void> {
    await this.stop();
    this.#stopping = undefined;
    await this.#start();
  }

  async #start(): Promise<void> {
    try {
      if (this.plan.companion) {
        this.#companion = await this.#launch(this.plan.companion);
        await this.#note([this.#companion]);
      }
      this.#server = await this.#launch(this.plan.server);
      await this.#note([this.#server, ...(this.#companion ? [this.#companion] : [])]);
      await this.#waitUntilItAnswers();
    } catch (fault) {
      await this.stop();
      throw fault;
    }
  }

  async #end(): Promise<void> {
    await endRunning(this.plan.folder, this.plan.stopMsMax);
    forget(this.#server);
    if (this.#companion) forget(this.#companion);
  }

  async #launch(wanted: Launch): Promise<ProcessMark> {
    if (this.plan.staysBehind) return launch(wanted);
    const mark = await launch(await dyingWithUs(wanted));
    killOnExit(mark);
    return mark;
  }

  #note(processes: readonly ProcessMark[]): Promise<void> {
    return writeRunning(this.plan.folder, { url: this.plan.url, processes });
  }

  async #waitUntilItAnswers(): Promise<void> {
    let fault: unknown;
    const answers = async (): Promise<boolean | undefined> => {
      if (!(await isRunning(this.#server))) return false;
      return this.plan.answers().then(
        () => true,
        (cause: unknown) => void (fault = cause),
      );
    };
    const outcome = await poll(answers, this.plan.readyMsMax, ASK_EVERY_MS);
    if (outcome === true) return;
    const { label } = SERVICES[this.plan.name];
    const story =
      outcome === false
        ? `${label} ended during its start.`
        : `${label} does not answer ${this.plan.readyMsMax / 1_000} s after its start.`;
    throw new Error(`${story}\n${await readLogTail(this.plan.logFiles)}`, { cause: fault });
  }
}
