import { ConfigError } from '#common/platform';
import type { OpenReceiver, ReceiverKind } from './datagram-receiver.port.js';
import { loadNativeAddon, type NativeAddon } from './native/native-addon.js';
import { NativeReceiver } from './native/native.receiver.js';
import { LoopReceiver } from './loop/loop.receiver.js';
import { PlainReceiver } from './plain/plain.receiver.js';

/** `plain`: Node's socket in a thread; `auto`: the native one where it was built, else the plain one. */
export const RECEIVERS = ['auto', 'plain', 'native'] as const;
export type WantedReceiver = (typeof RECEIVERS)[number];

export interface ReceiverChoice {
  readonly kind: ReceiverKind;
  /** Of the shared port. */
  readonly open: OpenReceiver;
  /** Why it is not the native one, where that would have been taken. */
  readonly reason: string | null;
}

/** What is there without a thread: for ports that bring little. */
export const LOOP = {
  kind: 'loop',
  open: (options) => LoopReceiver.open(options),
  reason: null,
} as const satisfies ReceiverChoice;

/** Throws when only the native one will do and it cannot be had. */
export function chooseReceiver(
  wanted: WantedReceiver,
  load: () => NativeAddon = loadNativeAddon,
): ReceiverChoice {
  const plain = {
    kind: 'plain',
    open: (options) => PlainReceiver.open(options),
  } as const satisfies Omit<ReceiverChoice, 'reason'>;
  if (wanted === 'plain') return { ...plain, reason: null };
  try {
    return { kind: 'native', open: NativeReceiver.opener(load()), reason: null };
  } catch (fault) {
    const reason = `The native receiver cannot be loaded: ${firstLine(fault)}`;
    if (wanted === 'auto') return { ...plain, reason };
    throw new ConfigError(
      `INGESTOR_UDP_RECEIVER is native, but it cannot be loaded (${firstLine(fault)}): ` +
        'build it with `npm run build:native`, or choose auto or plain.',
    );
  }
}

/** Node goes on with a stack of requires. */
const firstLine = (fault: unknown): string =>
  (fault instanceof Error ? fault.message : String(fault)).split('\n', 1)[0]!;
