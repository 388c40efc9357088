/** Octets of a line, its break not among them (RFC 5545, 3.1). */
const LINE_OCTETS_MAX = 75;
const CRLF = '\r\n';

/** One property and its value, which is text already escaped or of another type. */
export type IcalProperty = readonly [name: string, value: string];

/** Lines as they go out: folded, each with its break. */
export const icalLines = (properties: readonly IcalProperty[]): string =>
  properties.map(([name, value]) => folded(`${name}:${value}`) + CRLF).join('');

/** A value of the type TEXT; controls have no place in it, but for breaks and tabs. */
export const icalText = (text: string): string =>
  text
    .replaceAll(/\r\n?/g, '\n')
    // oxlint-disable-next-line no-control-regex -- these are the ones that are meant
    .replaceAll(/[\0-\x08\x0b-\x1f\x7f]/g, '')
    .replaceAll(/[\\;,]/g, String.raw`\$&`)
    .replaceAll('\n', String.raw`\n`);

/** Never within a character: some readers join bytes, others characters. */
function folded(line: string): string {
  if (Buffer.byteLength(line) <= LINE_OCTETS_MAX) return line;
  const lines = [''];
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > LINE_OCTETS_MAX) {
      // The space that marks the line as one that goes on counts too.
      lines.push(' ');
      octets = 1;
    }
    lines[lines.length - 1] += character;
    octets += size;
  }
  return lines.join(CRLF);
}
