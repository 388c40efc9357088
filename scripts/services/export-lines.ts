import { SERVICE_NAMES, SERVICES } from './service.js';
import type { Urls } from './up.js';

/** For `eval` in any POSIX shell. */
export function exportLines(urls: Urls): string {
  const lines = SERVICE_NAMES.map((name) => {
    const quoted = urls[name].replaceAll("'", String.raw`'\''`);
    return `export ${SERVICES[name].variable}='${quoted}'\n`;
  });
  return lines.join('');
}
