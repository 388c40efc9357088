import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { type Clock, FaultLog, type PartHealth, syncFolder } from '#common/platform';
import { BatchFault, decodeBatch, encodeBatch } from '../archive/spool/batch-codec.js';
import { BatchSpool } from '../archive/spool/batch-spool.port.js';
import type { ArchiveBatch } from '../archive/telemetry-archive.port.js';

/** A batch may be one packet: their number needs a limit beside that of their bytes. */
export const SPOOL_FILES_MAX = 100_000;
/** Its number, the samples in it, and what tells two processes apart that know nothing of each other. */
const BATCH_NAME = /^(\d{12})-(\d{1,9})-[\da-f-]{36}\.batch$/;
const DRAFT = '.draft';
const DAMAGED = '.damaged';
/**
 * A file that cannot be read is asked for so often, about a minute, before it holds up the others no
 * more: a process short of descriptors or memory is none of its faults.
 */
export const READ_TRIES_MAX = 30;

export interface FileBatchSpoolOptions {
  readonly folder: string;
  readonly bytesMax: number;
  readonly clock: Clock;
  readonly filesMax?: number;
}

interface SpoolFile {
  readonly name: string;
  readonly bytes: number;
  readonly samples: number;
}

/**
 * A file per batch, which gets its name only when it is whole and on the disk. One process appends;
 * the next one of its ingestor finds what it left.
 */
export class FileBatchSpool extends BatchSpool {
  readonly #logger = new Logger(FileBatchSpool.name);
  readonly #faults: FaultLog;
  readonly #files: SpoolFile[] = [];
  #bytes = 0;
  #samples = 0;
  #next = 1;
  #lost = 0;
  /** How often in a row the first one could not be read. */
  #readFaults = 0;
  #fault: string | null = null;

  private constructor(private readonly options: FileBatchSpoolOptions) {
    super();
    this.#faults = new FaultLog(this.#logger, options.clock);
  }

  /** @throws when the folder cannot be made, read or written */
  static async open(options: FileBatchSpoolOptions): Promise<FileBatchSpool> {
    await mkdir(options.folder, { recursive: true, mode: 0o700 });
    const spool = new FileBatchSpool(options);
    await spool.#find();
    await spool.#tryOut();
    return spool;
  }

  get length(): number {
    return this.#files.length;
  }

  get samples(): number {
    return this.#samples;
  }

  async append(batch: ArchiveBatch): Promise<boolean> {
    const bytes = encodeBatch(batch);
    const samples = batch.blocks.reduce((sum, block) => sum + block.samples, 0);
    const { bytesMax, filesMax = SPOOL_FILES_MAX } = this.options;
    if (this.#bytes + bytes.length > bytesMax || this.#files.length >= filesMax) {
      this.#fault = 'The spool is full';
      return false;
    }
    const name = `${String(this.#next).padStart(12, '0')}-${samples}-${randomUUID()}.batch`;
    try {
      await this.#write(name, bytes);
    } catch (fault) {
      this.#fault = 'The spool cannot be written';
      this.#faults.note(this.#fault, fault);
      return false;
    }
    this.#next += 1;
    this.#fault = null;
    this.#add({ name, bytes: bytes.length, samples });
    return true;
  }

  /**
   * One that is damaged is put aside, where somebody may look at it, and so is one that cannot be read
   * time and again; one that is gone is forgotten: none must hold up the others.
   */
  async first(): Promise<ArchiveBatch | null> {
    for (let file = this.#files[0]; file; file = this.#files[0]) {
      try {
        const bytes = await readFile(this.#path(file.name));
        this.#readFaults = 0;
        return decodeBatch(bytes);
      } catch (fault) {
        this.#readFaults += 1;
        const isHopeless = fault instanceof BatchFault || isGone(fault);
        if (!isHopeless && this.#readFaults < READ_TRIES_MAX) throw fault;
        this.#lost += 1;
        this.#logger.error({ message: 'A spooled batch is put aside', file: file.name, fault });
        await this.#putAside(file.name);
        this.#forgetFirst();
      }
    }
    return null;
  }

  get lost(): number {
    return this.#lost;
  }

  async removeFirst(): Promise<void> {
    const file = this.#files[0];
    if (!file) return;
    await rm(this.#path(file.name), { force: true });
    this.#forgetFirst();
  }

  health(): PartHealth {
    const damaged = this.#lost > 0 && { batches_damaged: this.#lost };
    const details = {
      batches: this.#files.length,
      bytes: this.#bytes,
      samples: this.#samples,
      ...damaged,
    };
    if (this.#fault !== null) return { status: 'degraded', reason: this.#fault, ...details };
    if (this.#files.length === 0) return { status: 'up', ...details };
    return { status: 'degraded', reason: 'Telemetry waits on the disk', ...details };
  }

  async #find(): Promise<void> {
    for (const name of (await readdir(this.options.folder)).toSorted()) {
      if (name.endsWith(DRAFT)) await rm(this.#path(name), { force: true });
      const [, number, samples] = BATCH_NAME.exec(name) ?? [];
      if (number === undefined) continue;
      const { size } = await stat(this.#path(name));
      this.#add({ name, bytes: size, samples: Number(samples) });
      this.#next = Number(number) + 1;
    }
  }

  /** Better now than when it is needed. */
  async #tryOut(): Promise<void> {
    const name = `${randomUUID()}${DRAFT}`;
    const file = await open(this.#path(name), 'wx', 0o600);
    await file.close();
    await rm(this.#path(name));
  }

  async #write(name: string, bytes: Buffer): Promise<void> {
    const draft = this.#path(name + DRAFT);
    try {
      const file = await open(draft, 'wx', 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, this.#path(name));
    } catch (fault) {
      await rm(draft, { force: true });
      throw fault;
    }
    await syncFolder(this.options.folder);
  }

  #add(file: SpoolFile): void {
    this.#files.push(file);
    this.#bytes += file.bytes;
    this.#samples += file.samples;
  }

  /** Where it cannot be moved it stays for the next process: this one asks for it no more. */
  async #putAside(name: string): Promise<void> {
    try {
      await rename(this.#path(name), this.#path(name + DAMAGED));
    } catch (fault) {
      if (!isGone(fault)) this.#logger.error(fault);
    }
  }

  #forgetFirst(): void {
    this.#readFaults = 0;
    // There is room again; whether the disk works, the next batch will show.
    this.#fault = null;
    const file = this.#files.shift();
    this.#bytes -= file?.bytes ?? 0;
    this.#samples -= file?.samples ?? 0;
  }

  #path(name: string): string {
    return join(this.options.folder, name);
  }
}

const isGone = (fault: unknown): boolean => (fault as NodeJS.ErrnoException).code === 'ENOENT';
