import { datagramReceiverContract } from '../datagram-receiver.contract.js';
import { LoopReceiver } from './loop.receiver.js';

datagramReceiverContract((options) => LoopReceiver.open(options));
