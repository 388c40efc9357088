import { SERVICES } from './service.js';
import type { Urls } from './up.js';

/** For `eval` in any POSIX shell. */
export function exportLines(urls: Urls): string {
  const lines = Array.from(urls, ([name, url]) => {
    const quoted = url.replaceAll("'", String.raw`'\''`);
    return `export ${SERVICES[name].variable}='${quoted}'\n`;
  });
  return lines.join('');
}
