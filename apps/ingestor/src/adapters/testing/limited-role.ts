import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';

export interface LimitedRole {
  readonly url: string;
  readonly drop: () => Promise<void>;
}

/** A role that owns nothing, and may do with all tables what `rights` says. */
export async function limitedRole(
  source: DataSource,
  databaseUrl: string,
  rights: string,
): Promise<LimitedRole> {
  const role = `narrow_${randomUUID().replaceAll('-', '')}`;
  await source.query(`CREATE ROLE ${role} LOGIN PASSWORD 'narrow'`);
  await source.query(`GRANT ${rights} ON ALL TABLES IN SCHEMA public TO ${role}`);
  const url = new URL(databaseUrl);
  [url.username, url.password] = [role, 'narrow'];
  return {
    url: url.toString(),
    drop: async () => {
      await source.query(`DROP OWNED BY ${role}`);
      await source.query(`DROP ROLE ${role}`);
    },
  };
}
