import { createRequire } from 'node:module';
import type { SlabLayout } from '../slab-layout.js';

/** Opaque. */
export type NativeHandle = object;

/** What `native/udp_receiver.c` exports. */
export interface NativeAddon {
  readonly layout: SlabLayout;
  /**
   * A handle, or the negative number of the system's error. `onWake` gets such a number, or 0.
   * The slabs lie one after the other in `memory`.
   */
  open(
    address: string,
    isIPv6: boolean,
    port: number,
    receiveBufferBytes: number,
    batchMax: number,
    waitingMax: number,
    memory: ArrayBuffer,
    onWake: (fault: number) => void,
  ): NativeHandle | number;
  /** The number of a slab, -1: none. */
  take(handle: NativeHandle): number;
  release(handle: NativeHandle, slab: number): void;
  /** Port, receive buffer bytes, received, received bytes, waiting. */
  state(handle: NativeHandle, numbers: Float64Array): void;
  close(handle: NativeHandle): void;
}

/** Throws where it was not built, or not for this system. */
export function loadNativeAddon(): NativeAddon {
  return createRequire(import.meta.url)('#native/udp_receiver') as NativeAddon;
}
