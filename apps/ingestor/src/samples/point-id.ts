/** What a point of Open MCT is about. */
export interface PointId {
  readonly ship: string;
  readonly battery: number;
  readonly field: string;
}

/** Letters, digits, `-` and `_` stand for themselves; every other byte of UTF-8 is `~` and two digits. */
const PLAIN = /[A-Za-z0-9_-]/;
const ESCAPED = /~([0-9A-F]{2})/g;
const ID = /^((?:[A-Za-z0-9_-]|~[0-9A-F]{2})+)\.(0|[1-9]\d{0,2})\.([a-z][a-z0-9_]{0,47})$/;
const BATTERY_MAX = 255;
/** A name of 128 characters, all of them escaped, each of four bytes. */
export const POINT_ID_CHARS_MAX = 2_048;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * `USS~20Enterprise.0.volts`: Open MCT's tutorial puts ids into addresses and lists as they are, so an id has
 * none of the characters that mean something there: no space, comma, slash, colon or percent sign.
 */
export function formatPointId({ ship, battery, field }: PointId): string {
  let name = '';
  for (const byte of Buffer.from(ship)) {
    const text = String.fromCharCode(byte);
    name += PLAIN.test(text) ? text : `~${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return `${name}.${battery}.${field}`;
}

/** Null for what `formatPointId` never makes. */
export function parsePointId(id: string): PointId | null {
  const match = id.length > POINT_ID_CHARS_MAX ? null : ID.exec(id);
  if (!match) return null;
  const [, name = '', battery = '', field = ''] = match;
  const ship = shipIn(name);
  if (ship === null || Number(battery) > BATTERY_MAX) return null;
  const point = { ship, battery: Number(battery), field };
  return formatPointId(point) === id ? point : null;
}

function shipIn(name: string): string | null {
  const latin = name.replaceAll(ESCAPED, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  try {
    return utf8.decode(Buffer.from(latin, 'latin1'));
  } catch {
    return null;
  }
}
