/**
 * Where the elements of a JSON array stand in its text, without reading them: each is to be read by
 * itself, and only if there are not too many. Null for a text that is no array. Elements
 * that are no JSON are found by whoever reads them; if all can be read, the whole text is JSON.
 * @param countMax one more than so many are not looked for
 */
export function elementsOf(text: string, countMax: number): string[] | null {
  const start = /^[ \t\r\n]*\[/.exec(text)?.[0].length;
  if (start === undefined) return null;
  const elements: string[] = [];
  const marks = /["[\]{},]/g;
  marks.lastIndex = start;
  let from = start;
  let depth = 1;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    const [char] = mark;
    if (char === '"') marks.lastIndex = endOfString(text, mark.index);
    else if (char === '[' || char === '{') depth += 1;
    else if (char === ',' && depth === 1) {
      elements.push(text.slice(from, mark.index));
      if (elements.length > countMax) return elements;
      from = mark.index + 1;
    } else if (char !== ',') depth -= 1;
    if (depth === 0) return char === ']' ? whole(elements, text, from, mark.index) : null;
  }
  return null;
}

/** Behind the closing quote; behind the text where there is none. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end + 1;
}

/** An odd number of backslashes stands before it. */
function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text[first - 1] === '\\') first -= 1;
  return (at - first) % 2 === 1;
}

const SPACE_ONLY = /^[ \t\r\n]*$/;

function whole(elements: string[], text: string, from: number, end: number): string[] | null {
  if (!SPACE_ONLY.test(text.slice(end + 1))) return null;
  const last = text.slice(from, end);
  const isEmpty = elements.length === 0 && SPACE_ONLY.test(last);
  return isEmpty ? [] : [...elements, last];
}
