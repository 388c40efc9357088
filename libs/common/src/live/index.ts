export * from './event-stream.js';
export * from './latest-changes.js';
export * from './live-client.js';
export * from './live-connection.js';
export * from './live-events.js';
export * from './live-hub.js';
export * from './live-places.js';
