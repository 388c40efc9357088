import { describeDatagramReceiver } from './datagram-receiver.contract.js';
import { PlainReceiver } from './plain.receiver.js';

describeDatagramReceiver('PlainReceiver', (options) => PlainReceiver.open(options));
