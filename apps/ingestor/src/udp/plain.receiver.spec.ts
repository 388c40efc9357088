import { datagramReceiverContract } from './datagram-receiver.contract.js';
import { PlainReceiver } from './plain.receiver.js';

datagramReceiverContract((options) => PlainReceiver.open(options));
