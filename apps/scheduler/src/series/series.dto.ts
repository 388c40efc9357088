import { ApiProperty } from '@nestjs/swagger';
import { StreamOptionsDto } from '#common/contracts';
import { type ContactState, formatInstant, type Instant } from '#common/domain';
import { formatLocalTime } from './recurrence/local-time.js';
import type { Occurrence } from './recurrence/occurrences.js';
import { Zone } from './recurrence/zone.js';
import type { BookedOccurrence, Series, SkippedOccurrence } from './series.js';
import type { ChangedSeries } from './series-store.port.js';

/** A series with what is to come. */
export interface SeriesView {
  readonly series: Series;
  readonly next: readonly Occurrence[];
  readonly booked: readonly BookedOccurrence[];
  readonly skipped: readonly SkippedOccurrence[];
}

export class SeriesDto {
  @ApiProperty({ format: 'uuid' })
  readonly id: string;

  @ApiProperty({ example: 'USS Enterprise' })
  readonly ship_name: string;

  @ApiProperty({ example: 15 })
  readonly duration: number;

  @ApiProperty({ type: String, nullable: true })
  readonly antenna: string | null;

  @ApiProperty()
  readonly priority: number;

  @ApiProperty({ type: String, nullable: true })
  readonly channel: string | null;

  @ApiProperty({ type: StreamOptionsDto })
  readonly stream: StreamOptionsDto;

  @ApiProperty({ example: '2030-01-01T09:00:00', description: 'Local time of time_zone' })
  readonly start: string;

  @ApiProperty({ example: 'Europe/Berlin' })
  readonly time_zone: string;

  @ApiProperty({ example: 'FREQ=DAILY;BYHOUR=9;COUNT=30' })
  readonly rrule: string;

  @ApiProperty({ type: [String] })
  readonly exclude: readonly string[];

  @ApiProperty({ enum: ['rolling', 'ended'] })
  readonly state: 'rolling' | 'ended';

  @ApiProperty({ type: String, nullable: true, description: 'No occurrence at it or later' })
  readonly ends_before: string | null;

  @ApiProperty({ type: String, nullable: true })
  readonly booked_until: string | null;

  @ApiProperty()
  readonly requested_by: string;

  @ApiProperty()
  readonly created_at: string;

  @ApiProperty({ type: String, nullable: true })
  readonly ended_at: string | null;
}

export class NextOccurrenceDto {
  @ApiProperty({ example: '2030-01-01T08:00:00.000Z' })
  readonly at: string;

  @ApiProperty({ example: '2030-01-01T09:00:00' })
  readonly local: string;

  @ApiProperty({ type: String, nullable: true, description: 'null: not booked yet' })
  readonly contact_id: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The state of the contact' })
  readonly state: ContactState | null;
}

export class SkippedOccurrenceDto {
  @ApiProperty({ example: '2030-01-01T08:00:00.000Z' })
  readonly at: string;

  @ApiProperty({ example: '2030-01-01T09:00:00' })
  readonly local: string;

  @ApiProperty({ example: 'ROCKET_EXPLODED', description: 'As the answer to a booking has it' })
  readonly code: string;

  @ApiProperty()
  readonly reason: string;

  @ApiProperty()
  readonly tries: number;

  @ApiProperty()
  readonly tried_at: string;
}

export class SeriesViewDto extends SeriesDto {
  @ApiProperty({ type: [NextOccurrenceDto], description: 'At most 20' })
  readonly next: readonly NextOccurrenceDto[];

  @ApiProperty({ type: [SkippedOccurrenceDto], description: 'At most 100, the earliest first' })
  readonly skipped: readonly SkippedOccurrenceDto[];
}

export class ChangedSeriesDto extends SeriesDto {
  @ApiProperty({ type: [String], description: 'The contacts that this request has cancelled' })
  readonly cancelled: readonly string[];
}

export function seriesDtoOf(series: Series): SeriesDto {
  const { contact } = series;
  return {
    id: series.id,
    ship_name: contact.shipName,
    duration: contact.durationSeconds,
    antenna: contact.antenna,
    priority: contact.priority,
    channel: contact.channel,
    stream: contact.stream,
    start: formatLocalTime(series.start),
    time_zone: series.timeZone,
    rrule: series.rrule,
    exclude: series.exclude.map(formatLocalTime),
    state: series.endedAt === null ? 'rolling' : 'ended',
    ends_before: textOf(series.endsBefore),
    booked_until: textOf(series.bookedUntil),
    requested_by: series.by,
    created_at: formatInstant(series.createdAt),
    ended_at: textOf(series.endedAt),
  };
}

export function seriesViewDtoOf({ series, next, booked, skipped }: SeriesView): SeriesViewDto {
  const byTime = new Map(booked.map((occurrence) => [occurrence.at, occurrence]));
  const zone = Zone.of(series.timeZone);
  return Object.assign(seriesDtoOf(series), {
    next: next.map(({ at, local }) => ({
      at: formatInstant(at),
      local: formatLocalTime(local),
      contact_id: byTime.get(at)?.contactId ?? null,
      state: byTime.get(at)?.state ?? null,
    })),
    skipped: skipped.map(({ at, code, reason, tries, triedAt }) => ({
      at: formatInstant(at),
      local: formatLocalTime(zone?.localOf(at) ?? at / 1_000_000),
      code,
      reason,
      tries,
      tried_at: formatInstant(triedAt),
    })),
  });
}

export const changedSeriesDtoOf = ({ series, cancelledIds }: ChangedSeries): ChangedSeriesDto =>
  Object.assign(seriesDtoOf(series), { cancelled: cancelledIds });

const textOf = (instant: Instant | null): string | null =>
  instant === null ? null : formatInstant(instant);
