import type { ClientBase } from 'pg';
import type { DataSource } from 'typeorm';

/**
 * Runs a statement that each connection plans once: a plan of ten parts costs as much as what it does to
 * a few rows. The name stands for one text for ever.
 */
export async function runPrepared(
  source: DataSource,
  name: string,
  text: string,
  values: unknown[],
): Promise<void> {
  const runner = source.createQueryRunner();
  try {
    const client = (await runner.connect()) as ClientBase;
    await client.query({ name, text, values });
  } finally {
    await runner.release();
  }
}
