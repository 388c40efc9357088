import { availableParallelism, cpus, totalmem } from 'node:os';

/** On what it was measured. */
export function machineLine(): string {
  const model = cpus()[0]?.model.trim().replace(/\s+/g, ' ') ?? 'unknown processor';
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  const cores = availableParallelism();
  return `${cores} cores (${model}), ${gibibytes} GiB, ${process.platform}, Node ${process.versions.node}`;
}
