export * from './datagram-sender.port.js';
export * from './memory-datagram.sender.js';
export * from './network.js';
export * from './network-list.js';
export * from './network-list.decorator.js';
export * from './stream-targets.js';
export * from './udp-datagram.sender.js';
