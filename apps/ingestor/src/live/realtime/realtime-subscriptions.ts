import { MICROS_PER_MILLISECOND } from '#common/domain';
import { parsePointId, type PointId } from '../../samples/point-id.js';
import type { NewestSample, NewestSamples } from '../newest-samples.js';

/** Of one client. */
export const SUBSCRIPTIONS_MAX = 1_000;

/** As Open MCT's tutorial has it: milliseconds since 1970. */
export interface RealtimePoint {
  readonly timestamp: number;
  readonly value: number | string;
  readonly id: string;
}

interface ShipWatch {
  /** By id. */
  readonly points: Map<string, PointId>;
  readonly stop: () => void;
}

/** What one client has asked for. Each ship is watched once, however many of its points are. */
export class RealtimeSubscriptions {
  readonly #ships = new Map<string, ShipWatch>();
  #count = 0;

  constructor(
    private readonly newest: NewestSamples,
    private readonly onPoint: (point: RealtimePoint) => void,
  ) {}

  /** In words, why not; null when it is subscribed, also when it was before. */
  add(id: string): string | null {
    const point = parsePointId(id);
    if (!point) return 'There is no such id; ids are <ship>.<battery>.<field>';
    const ship = this.#ships.get(point.ship);
    if (ship?.points.has(id)) return null;
    if (this.#count >= SUBSCRIPTIONS_MAX) return `${SUBSCRIPTIONS_MAX} ids are the limit`;
    this.#count += 1;
    (ship ?? this.#watch(point.ship)).points.set(id, point);
    return null;
  }

  remove(id: string): void {
    for (const [name, { points, stop }] of this.#ships) {
      if (!points.delete(id)) continue;
      this.#count -= 1;
      if (points.size > 0) continue;
      stop();
      this.#ships.delete(name);
    }
  }

  clear(): void {
    for (const { stop } of this.#ships.values()) stop();
    this.#ships.clear();
    this.#count = 0;
  }

  #watch(shipName: string): ShipWatch {
    const points = new Map<string, PointId>();
    const tell = (samples: readonly NewestSample[]): void => {
      for (const [id, point] of points) this.#tell(id, point, samples);
    };
    const watch = { points, stop: this.newest.watch(shipName, tell) };
    this.#ships.set(shipName, watch);
    return watch;
  }

  #tell(id: string, { battery, field }: PointId, samples: readonly NewestSample[]): void {
    const sample = samples.find((one) => one.battery === battery);
    const place = sample?.reader.fields.findIndex(({ name }) => name === field) ?? -1;
    const value = sample?.values[place] ?? null;
    if (sample && value !== null)
      this.onPoint({ timestamp: sample.generatedAt / MICROS_PER_MILLISECOND, value, id });
  }
}
