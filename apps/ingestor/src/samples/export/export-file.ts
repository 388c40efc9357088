import type { ExportFormat } from './export-query.dto.js';

const CONTENT_TYPES: Record<ExportFormat, string> = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson; charset=utf-8',
  parquet: 'application/vnd.apache.parquet',
};

export const contentTypeOf = (format: ExportFormat): string => CONTENT_TYPES[format];

/**
 * The name of the file to save (RFC 6266): in plain letters for whoever reads no other, and as it is. A
 * ship's name may hold anything, so nothing of it goes into the header unchanged.
 */
export function dispositionOf(ship: string, format: ExportFormat): string {
  const plain = ship.replaceAll(/[^A-Za-z0-9-]+/g, '_');
  const exact = encodeURIComponent(`${ship}.${format}`).replaceAll(
    /['()*!]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}.${format}"; filename*=UTF-8''${exact}`;
}
