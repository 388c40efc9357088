import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import {
  LEDGER_ACTIONS,
  type LedgerAction,
  type LedgerEntry,
  type LedgerTotals,
  MayBeMissing,
  STREAM_PHASES,
  type StreamLedger,
  type StreamPhase,
} from '#common/contracts';
import { LEDGER_SELECTIONS, type LedgerSelection, ledgerText } from '../faults/ledger-text.js';
import type { LedgerView } from './streams.service.js';

export class LedgerQueryDto {
  @ApiPropertyOptional({
    enum: LEDGER_SELECTIONS,
    default: 'all',
    description: '`faults` leaves out the numbers that were just sent',
  })
  @MayBeMissing()
  @IsIn(LEDGER_SELECTIONS)
  readonly only?: LedgerSelection;
}

export class LedgerEntryDto implements LedgerEntry {
  @ApiProperty({ example: 17 })
  readonly number: number;

  @ApiProperty({ enum: LEDGER_ACTIONS, isArray: true, example: ['sent', 'duplicated'] })
  readonly did: readonly LedgerAction[];

  @ApiProperty({ example: 2, description: 'That leave, or left' })
  readonly datagrams: number;

  @ApiProperty({ example: 0, description: 'Of these, those that are damaged' })
  readonly corrupted: number;
}

export class LedgerTotalsDto implements LedgerTotals {
  @ApiProperty({ example: 3_000 })
  readonly numbers: number;

  @ApiProperty({ example: 31, description: 'Numbers of which nothing leaves' })
  readonly lost: number;

  @ApiProperty({ example: 0, description: 'Of these, those for which there was no room' })
  readonly dropped: number;

  @ApiProperty({ example: 29, description: 'Numbers that leave twice' })
  readonly duplicated: number;

  @ApiProperty({ example: 150, description: 'Numbers that are held back behind later ones' })
  readonly reordered: number;

  @ApiProperty({ example: 2_969 })
  readonly delayed: number;

  @ApiProperty({ example: 500, description: 'Numbers that wait for the end of a blackout' })
  readonly recorded: number;

  @ApiProperty({ example: 2_998, description: '= intact + repeated + corrupted' })
  readonly datagrams: number;

  @ApiProperty({ example: 116_922 })
  readonly bytes: number;

  @ApiProperty({ example: 2_940, description: 'Numbers of which an undamaged datagram left' })
  readonly intact: number;

  @ApiProperty({ example: 28, description: 'Further undamaged datagrams of these' })
  readonly repeated: number;

  @ApiProperty({ example: 30, description: 'Damaged datagrams' })
  readonly corrupted: number;

  @ApiProperty({ example: 148, description: 'Intact numbers that left after a higher one' })
  readonly late: number;

  @ApiProperty({ example: 0, description: 'Datagrams that have not left yet' })
  readonly held: number;

  @ApiProperty({ example: 0, description: 'Datagrams that the network did not take' })
  readonly refused: number;

  @ApiProperty({ example: 0, description: 'Of these, those that no entry names' })
  readonly refused_unlisted: number;

  @ApiProperty({ example: 3, description: 'Closing packets that left; in no other total' })
  readonly closing: number;
}

export class StreamLedgerDto implements StreamLedger {
  @ApiProperty({ format: 'uuid' })
  readonly event_key: string;

  @ApiProperty({ enum: STREAM_PHASES })
  readonly phase: StreamPhase;

  @ApiProperty({ example: 7 })
  readonly seed: number;

  @ApiProperty({
    description: 'Over all bytes that left, closing packets included, in hexadecimal',
  })
  readonly sha256: string;

  @ApiProperty({ type: LedgerTotalsDto })
  readonly totals: LedgerTotalsDto;

  @ApiProperty({ type: [LedgerEntryDto], description: 'By number' })
  readonly entries: readonly LedgerEntryDto[];
}

/** A file that is written as it is read. */
export function toLedgerFile(
  { eventKey, phase, record }: LedgerView,
  { only }: LedgerQueryDto,
): StreamableFile {
  const text = ledgerText({ event_key: eventKey, phase }, record, only ?? 'all');
  return new StreamableFile(Readable.from(text), { type: 'application/json; charset=utf-8' });
}
