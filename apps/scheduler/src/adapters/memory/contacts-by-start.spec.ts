import { describe, expect, it } from 'vitest';
import type { StoredContact } from '../../contacts/contact-store.port.js';
import { ContactsByStart } from './contacts-by-start.js';

const contact = (id: string, startTime: number): StoredContact =>
  ({ id, startTime }) as StoredContact;

describe('contacts by start', () => {
  const early = contact('early', 10);
  const [one, other] = [contact('one', 20), contact('other', 20)];
  const late = contact('late', 30);

  function all(): ContactsByStart {
    const contacts = new ContactsByStart();
    for (const each of [late, one, early, other]) contacts.add(each);
    return contacts;
  }

  it('are those up to an instant, earliest first, and the one behind it', () => {
    expect(all().until(9)).toEqual([]);
    expect(all().after(9)).toBe(early);
    expect(all().until(20)).toEqual([early, one, other]);
    expect(all().after(20)).toBe(late);
    expect(all().until(30)).toEqual([early, one, other, late]);
    expect(all().after(30)).toBeUndefined();
  });

  it('lose just the one that is removed', () => {
    const contacts = all();
    contacts.remove(other);
    contacts.remove(other);
    contacts.remove(contact('one', 20));

    expect(contacts.until(30)).toEqual([early, one, late]);
  });
});
