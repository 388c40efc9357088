import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { type CancelTimer, type Clock, ConfigError, FaultLog } from '#common/platform';
import type { MemoryRocketStore, StoreRecord } from './memory-rocket.store.js';
import { readSnapshot, removeDrafts, SnapshotFault, writeSnapshot } from './snapshot-file.js';

/** After the last one was written. */
const EVERY_MS = 10_000;

/** Keeps what is in memory in a file: read at the start, written now and then, and at the end. */
@Injectable()
export class SnapshotKeeper implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  readonly #faults: FaultLog;
  readonly #logger = new Logger(SnapshotKeeper.name);
  #cancelNext: CancelTimer = () => undefined;
  #writing: Promise<void> | null = null;
  #hasChanged = false;
  #isClosed = false;

  constructor(
    private readonly store: MemoryRocketStore,
    private readonly path: string,
    private readonly clock: Clock,
  ) {
    this.#faults = new FaultLog(this.#logger, clock);
  }

  /**
   * @throws {ConfigError} when nothing can be written there, or the file cannot be read: to begin anew
   *   would write over it
   */
  async onModuleInit(): Promise<void> {
    await this.#checkFolder();
    try {
      const records: StoreRecord[] = [];
      for await (const record of readSnapshot(this.path)) records.push(record as StoreRecord);
      for (const record of records) this.store.restore(record);
    } catch (cause) {
      const { message } = cause as Error;
      const hint = cause instanceof SnapshotFault ? ' Move it away to begin anew.' : '';
      throw new ConfigError(`ROCKET_SNAPSHOT_FILE ${this.path} cannot be read: ${message}${hint}`, {
        cause,
      });
    }
    await removeDrafts(this.path).catch((fault: unknown) =>
      this.#faults.note('Drafts of former snapshots cannot be removed', fault),
    );
    this.store.onChange(() => {
      this.#hasChanged = true;
    });
  }

  onApplicationBootstrap(): void {
    this.#plan();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#isClosed = true;
    this.#cancelNext();
    await this.#writing;
    // A fault ends the process with one: what is lost now is lost for good.
    await this.#write();
  }

  async #checkFolder(): Promise<void> {
    try {
      await access(dirname(this.path), constants.W_OK);
    } catch (cause) {
      const { message } = cause as Error;
      throw new ConfigError(`ROCKET_SNAPSHOT_FILE ${this.path} cannot be written: ${message}`, {
        cause,
      });
    }
  }

  async #tryToWrite(): Promise<void> {
    try {
      await this.#write();
      this.store.snapshotFault = null;
    } catch (fault) {
      this.store.snapshotFault = `The snapshot cannot be written: ${(fault as Error).message}`;
      this.#faults.note('The snapshot of the rockets cannot be written', fault);
    }
  }

  /** Does nothing when nothing has changed since the last one. */
  async #write(): Promise<void> {
    if (!this.#hasChanged) return;
    this.#hasChanged = false;
    try {
      await writeSnapshot(this.path, this.store.records());
    } catch (fault) {
      this.#hasChanged = true;
      throw fault;
    }
  }

  #plan(): void {
    this.#cancelNext = this.clock.after(EVERY_MS, () => {
      this.#writing = this.#tryToWrite().finally(() => {
        if (!this.#isClosed) this.#plan();
      });
    });
  }
}
