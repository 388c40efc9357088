/** A file of the command line cannot be opened; the message is for people. */
export class FileError extends Error {
  override readonly name = 'FileError';

  static of(file: string, cause: unknown): FileError {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = REASONS.get(code ?? '') ?? message;
    return new FileError(`${file} cannot be opened: ${reason}.`, { cause });
  }
}

const REASONS = new Map([
  ['ENOENT', 'there is no such file or folder'],
  ['ENOTDIR', 'part of its path is not a folder'],
  ['EISDIR', 'it is a folder'],
  ['EACCES', 'it is not allowed'],
]);
