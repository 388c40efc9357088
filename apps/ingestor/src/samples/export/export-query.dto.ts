import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsUUID } from 'class-validator';
import { IncludeParameter, type RECEIVED_AT } from '../include-parameter.js';
import { BatteryListParameter, FieldListParameter } from '../list-parameter.js';
import { AfterParameter, EndParameter, StartParameter } from '../range-parameter.js';

export const EXPORT_FORMATS = ['csv', 'ndjson', 'parquet'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export class ExportQueryDto {
  @ApiPropertyOptional({ enum: EXPORT_FORMATS, default: 'csv' })
  @IsOptional()
  @IsIn(EXPORT_FORMATS)
  readonly format: ExportFormat = 'csv';

  @StartParameter()
  readonly start?: string;

  @EndParameter()
  readonly end?: string;

  @AfterParameter()
  readonly after?: string;

  @FieldListParameter()
  readonly field?: readonly string[];

  @BatteryListParameter()
  readonly battery?: readonly string[];

  @IncludeParameter()
  readonly include?: typeof RECEIVED_AT;

  @ApiPropertyOptional({ format: 'uuid', description: 'Samples of this contact only' })
  @IsOptional()
  @IsUUID()
  readonly contact?: string;
}
