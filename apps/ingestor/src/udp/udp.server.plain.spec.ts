import { chooseReceiver } from './receiver-choice.js';
import { udpServerContract } from './udp.server.contract.js';

udpServerContract(chooseReceiver('plain'));
