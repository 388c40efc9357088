import { startOf } from '../process-facts.js';

export async function isAlive(pid: number): Promise<boolean> {
  return (await startOf(pid)) !== null;
}
