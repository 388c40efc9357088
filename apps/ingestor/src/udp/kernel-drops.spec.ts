import { describe, expect, it } from 'vitest';
import { dropsIn, queuedIn } from './kernel-drops.js';

const UDP4 = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
 1834: 0100007F:271F 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 9283 2 0000000000000000 17
 1835: 0200007F:271F 00000000:0000 07 00000000:0003A980 00:00000000 00000000     0        0 9284 2 0000000000000000 3
`;
const UDP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
 1835: 00000000000000000000000001000000:271F 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 9285 2 0000000000000000 5
`;

describe('drops of the kernel', () => {
  it('are those of the address and the port', () => {
    expect(dropsIn(UDP4, '127.0.0.1', 10_015)).toBe(17);
    expect(dropsIn(UDP4, '127.0.0.2', 10_015)).toBe(3);
    expect(dropsIn(UDP6, '::1', 10_015)).toBe(5);
  });

  it('are unknown where no socket has the port', () => {
    expect(dropsIn(UDP4, '127.0.0.1', 10_016)).toBeNull();
    expect(dropsIn('', '127.0.0.1', 10_015)).toBeNull();
  });
});

describe('bytes that wait in the kernel', () => {
  it('are those of the address and the port', () => {
    expect(queuedIn(UDP4, '127.0.0.1', 10_015)).toBe(0);
    expect(queuedIn(UDP4, '127.0.0.2', 10_015)).toBe(240_000);
  });

  it('are unknown where no socket has the port', () => {
    expect(queuedIn(UDP4, '127.0.0.1', 10_016)).toBeNull();
  });
});
