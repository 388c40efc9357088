/** Of a contact whose packets are written. */
export const opening = {
  contactId: '00000000-0000-4000-8000-000000000001',
  fence: 1,
  shipName: 'USS Enterprise',
  plannedStart: 0,
  plannedEnd: 60_000_000,
  startedAt: 0,
  latenessMs: 0,
  stream: { format: 'ccsds' as const },
};
