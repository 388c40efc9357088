import { describeDatagramReceiver } from './datagram-receiver.contract.js';
import { loadNativeAddon } from './native-addon.js';
import { NativeReceiver } from './native.receiver.js';

// It fails where the addon was not built: `npm run build:native`.
describeDatagramReceiver('NativeReceiver', NativeReceiver.opener(loadNativeAddon()));
