import { udpServerContract } from './udp.server.contract.js';

udpServerContract('plain');
