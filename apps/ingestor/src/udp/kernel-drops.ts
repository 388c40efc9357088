import { readFile } from 'node:fs/promises';
import { isIPv4 } from 'node:net';

/**
 * How many datagrams the kernel dropped at the socket that is bound to this address and port, from
 * the last column of `/proc/net/udp` and `udp6`. Null where the system has no such file or row.
 */
export const readKernelDrops = async (address: string, port: number): Promise<number | null> =>
  dropsIn(await readTable(address), address, port);

/** How many bytes wait there to be read, with what the kernel adds to each datagram. Null as above. */
export const readKernelQueue = async (address: string, port: number): Promise<number | null> =>
  queuedIn(await readTable(address), address, port);

export const dropsIn = (table: string, address: string, port: number): number | null => {
  const row = rowOf(table, address, port);
  return row && Number(row.at(-1));
};

export const queuedIn = (table: string, address: string, port: number): number | null => {
  const row = rowOf(table, address, port);
  return row && Number.parseInt(row[QUEUES]!.split(':')[1]!, 16);
};

/** `tx_queue:rx_queue`, hexadecimal. */
const QUEUES = 4;

const reads = new Map<string, Promise<string>>();

/**
 * Empty where there is none. The kernel walks through all its sockets for it: whoever asks in one turn
 * of the loop shares one reading, which begins after all of them have asked.
 */
function readTable(address: string): Promise<string> {
  const file = isIPv4(address) ? '/proc/net/udp' : '/proc/net/udp6';
  const known = reads.get(file);
  if (known) return known;
  const read = nextTurn().then(() => {
    reads.delete(file);
    return readFile(file, 'latin1').catch(() => '');
  });
  reads.set(file, read);
  return read;
}

const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Rows: `sl local_address rem_address st queues timer retrnsmt uid timeout inode ref pointer drops`. */
function rowOf(table: string, address: string, port: number): string[] | null {
  const wanted = `${localAddress(address, port)} `;
  for (let at = table.indexOf(wanted); at !== -1; at = table.indexOf(wanted, at + 1)) {
    const from = table.lastIndexOf('\n', at) + 1;
    const end = table.indexOf('\n', at);
    const columns = table
      .slice(from, end === -1 ? undefined : end)
      .trim()
      .split(/\s+/);
    if (`${columns[1]} `.endsWith(wanted)) return columns;
  }
  return null;
}

/** IPv4 is printed as one little-endian word; IPv6 rows are matched by port alone. */
function localAddress(address: string, port: number): string {
  const portHex = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  if (!isIPv4(address)) return portHex;
  const bytes = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  return bytes.toReversed().join('').toUpperCase() + portHex;
}
