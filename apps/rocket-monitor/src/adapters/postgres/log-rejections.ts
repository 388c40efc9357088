import {
  REJECTED_BODY_CHARS_MAX,
  REJECTED_MESSAGES_MAX,
  type RejectedMessage,
} from '../../rockets/rocket-store.port.js';
import type { LogConnections } from './log-connections.js';
import type { ChannelCounts } from './log.follower.js';
import { REJECT, REJECTED } from './log-statements.js';

/** Nobody has checked the name that a refused body gives: PostgreSQL has no text like this. */
const NO_TEXT = /\0|\p{Surrogate}/u;

/** Refused bodies, as JSON: that is text whatever was in them. */
export class LogRejections {
  constructor(private readonly connections: LogConnections) {}

  /** Gives the counts of its channel, if that is known. */
  async add(message: RejectedMessage): Promise<readonly ChannelCounts[]> {
    const rejection = { ...message, body: message.body.slice(0, REJECTED_BODY_CHARS_MAX) };
    const { channel } = message;
    const known = channel === null || NO_TEXT.test(channel) ? null : channel;
    const values = [JSON.stringify(rejection), REJECTED_MESSAGES_MAX, known];
    const [row] = await this.connections.query<{ counts: ChannelCounts[] | null }>(REJECT, values);
    return row?.counts ?? [];
  }

  async newest(limit: number): Promise<RejectedMessage[]> {
    const values = [Math.max(0, Math.min(limit, REJECTED_MESSAGES_MAX))];
    const rows = await this.connections.query<{ rejection: string }>(REJECTED, values);
    return rows.map(({ rejection }) => JSON.parse(rejection) as RejectedMessage);
  }
}
