import { Injectable } from '@nestjs/common';
import { decodeCursor, type Page, pageOf, type PageQueryDto } from '#common/platform';
import { type ShipSummary, TelemetryArchive } from '../archive/telemetry-archive.port.js';

/** Who has sent anything. */
@Injectable()
export class ShipsService {
  constructor(private readonly archive: TelemetryArchive) {}

  async ships({ limit, cursor }: PageQueryDto): Promise<Page<ShipSummary>> {
    const after = cursor === undefined ? null : nameIn(cursor);
    const items = await this.archive.ships(after, limit + 1);
    return pageOf(items, limit, ({ name }) => [name]);
  }
}

const nameIn = (cursor: string): string => decodeCursor(cursor, isName)[0];

const isName = (value: readonly unknown[]): value is readonly [string] =>
  value.length === 1 && typeof value[0] === 'string' && !value[0].includes('\0');
