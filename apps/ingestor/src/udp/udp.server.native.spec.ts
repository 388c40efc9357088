import { describeUdpServer } from './udp.server.contract.js';

describeUdpServer('native');
