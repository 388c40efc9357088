import { describe, expect, it } from 'vitest';
import { startMessageId } from './start-message-id.js';

describe('the id of a start', () => {
  it('is a UUID of version 5, of the contact and its fence', () => {
    const contact = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
    // Python: uuid.uuid5(uuid.NAMESPACE_DNS, '1')
    expect(startMessageId({ id: contact, fence: 1 })).toBe('b04965e6-a9bb-591f-8f8a-1adcb2c8dc39');
    expect(startMessageId({ id: contact, fence: 2 })).not.toBe(
      startMessageId({ id: contact, fence: 1 }),
    );
  });
});
