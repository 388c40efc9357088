/** Text, bytes in PostgreSQL's binary form, or such bytes in pieces, of which no copy is made. */
export type Parameter = string | Buffer | readonly Buffer[];

const BIND = 'B'.charCodeAt(0);
const TEXT_FORMAT = 0;
const BINARY_FORMAT = 1;

/**
 * The message that gives a prepared statement its parameters, in pieces: those of the parameters stand
 * among them as they are. Rows are asked for as text.
 *
 *   byte 'B' | int32 length | portal, NUL | statement, NUL | int16 formats, int16 each |
 *   int16 parameters, each an int32 length and its bytes | int16 result formats (0: all as text)
 *
 * Format: PostgreSQL's documentation, "Message Formats", Bind (F).
 */
export function bindMessage(statement: string, parameters: readonly Parameter[]): Buffer[] {
  const values = parameters.map(piecesOf);
  const pieces = [
    front(statement, parameters),
    ...values.flatMap((value) => [int32(bytesIn(value)), ...value]),
    int16(0),
  ];
  const head = Buffer.allocUnsafe(5);
  head[0] = BIND;
  head.writeInt32BE(4 + bytesIn(pieces), 1);
  return [head, ...pieces];
}

/** For a client that takes no pieces. */
export const inOne = (parameter: Parameter): string | Buffer =>
  typeof parameter === 'string' || Buffer.isBuffer(parameter)
    ? parameter
    : Buffer.concat(parameter);

function front(statement: string, parameters: readonly Parameter[]): Buffer {
  const formats = parameters.map((parameter) =>
    int16(typeof parameter === 'string' ? TEXT_FORMAT : BINARY_FORMAT),
  );
  const count = int16(parameters.length);
  return Buffer.concat([Buffer.from(`\0${statement}\0`), count, ...formats, count]);
}

function piecesOf(parameter: Parameter): readonly Buffer[] {
  if (typeof parameter === 'string') return [Buffer.from(parameter)];
  return Buffer.isBuffer(parameter) ? [parameter] : parameter;
}

const bytesIn = (pieces: readonly Buffer[]): number =>
  pieces.reduce((sum, { length }) => sum + length, 0);

function int16(value: number): Buffer {
  const buffer = Buffer.allocUnsafe(2);
  buffer.writeInt16BE(value);
  return buffer;
}

function int32(value: number): Buffer {
  const buffer = Buffer.allocUnsafe(4);
  buffer.writeInt32BE(value);
  return buffer;
}
