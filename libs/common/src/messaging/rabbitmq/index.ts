export * from './dead-letters.js';
export * from './rabbit.bus.js';
export * from './topology.js';
