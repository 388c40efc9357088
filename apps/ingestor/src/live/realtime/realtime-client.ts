import type { RawData, WebSocket } from 'ws';
import { DRAIN_DEADLINE_MS } from '#common/live';
import type { CancelTimer, Clock } from '#common/platform';
import type { NewestSamples } from '../newest-samples.js';
import { type RealtimePoint, RealtimeSubscriptions } from './realtime-subscriptions.js';

/** Waiting in our memory for a client that does not read; then points replace each other. */
const BUFFERED_BYTES_MAX = 64 * 1024;
/** Frames that say nothing we know. One more, and the client is none of ours. */
const FAULTS_MAX = 100;
const CLOSE_DEADLINE_MS = 1_000;

const COMMAND = /^(subscribe|unsubscribe) (\S+)$/;
const GOING_AWAY = 1_001;
const UNSUPPORTED = 1_003;
const POLICY_VIOLATION = 1_008;

/**
 * One connection in the manner of Open MCT's tutorial: text frames `subscribe <id>` and
 * `unsubscribe <id>` come in, points go out. What waits for a client is the latest point of each id.
 */
export class RealtimeClient {
  readonly #subscriptions: RealtimeSubscriptions;
  readonly #waiting = new Map<string, RealtimePoint>();
  #faultCount = 0;
  #isHeard = true;
  #cancelDeadline: CancelTimer | null = null;

  constructor(
    private readonly socket: WebSocket,
    newest: NewestSamples,
    private readonly clock: Clock,
    onEnd: () => void,
  ) {
    this.#subscriptions = new RealtimeSubscriptions(newest, (point) => this.#tell(point));
    socket.on('message', (data: RawData, isBinary: boolean) => this.#take(data, isBinary));
    socket.on('pong', () => (this.#isHeard = true));
    // After an error `ws` closes the connection by itself.
    socket.on('error', () => undefined);
    socket.once('close', () => {
      this.#cancelDeadline?.();
      this.#subscriptions.clear();
      this.#waiting.clear();
      onEnd();
    });
  }

  /** Whoever did not answer the last one is gone. */
  ping(): void {
    if (!this.#isHeard) return this.socket.terminate();
    this.#isHeard = false;
    this.socket.ping();
  }

  end(): void {
    this.socket.close(GOING_AWAY, 'This program is stopping');
    const cancel = this.clock.after(CLOSE_DEADLINE_MS, () => this.socket.terminate());
    this.socket.once('close', cancel);
  }

  #take(data: RawData, isBinary: boolean): void {
    if (isBinary) return this.socket.close(UNSUPPORTED, 'Only text is understood');
    // `ws` gives one Buffer unless it is told otherwise.
    const [, verb, id = ''] = COMMAND.exec((data as Buffer).toString()) ?? [];
    if (verb === undefined) return this.#refuse('Say: subscribe <id>, or unsubscribe <id>');
    if (verb === 'unsubscribe') {
      this.#waiting.delete(id);
      return this.#subscriptions.remove(id);
    }
    const fault = this.#subscriptions.add(id);
    if (fault !== null) this.#refuse(fault);
  }

  /** It has no id, so a client that knows only points passes over it. */
  #refuse(error: string): void {
    this.#faultCount += 1;
    if (this.#faultCount > FAULTS_MAX)
      return this.socket.close(POLICY_VIOLATION, 'Too many frames that say nothing');
    if (this.#isFull) return;
    this.socket.send(JSON.stringify({ error }), () => this.#flush());
  }

  get #isFull(): boolean {
    return this.socket.bufferedAmount >= BUFFERED_BYTES_MAX;
  }

  #tell(point: RealtimePoint): void {
    this.#waiting.set(point.id, point);
    this.#flush();
  }

  #flush(): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    for (const [id, point] of this.#waiting) {
      if (this.#isFull) return this.#awaitDrain();
      this.#waiting.delete(id);
      this.socket.send(JSON.stringify(point), () => this.#flush());
    }
    if (this.#isFull) return;
    this.#cancelDeadline?.();
    this.#cancelDeadline = null;
  }

  #awaitDrain(): void {
    this.#cancelDeadline ??= this.clock.after(DRAIN_DEADLINE_MS, () => this.socket.terminate());
  }
}
