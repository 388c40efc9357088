const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** How receivers are treated that do not take what they are told, and what is kept of it. */
export class WebhookPolicy {
  /** Between the tries of one change: eight in an hour and three quarters, then it is given up. */
  readonly retryDelaysMs: readonly number[] = [
    SECOND,
    5 * SECOND,
    30 * SECOND,
    2 * MINUTE,
    10 * MINUTE,
    30 * MINUTE,
    60 * MINUTE,
  ];
  /** From the name of the receiver to the head of its answer. */
  readonly answerMsMax: number = 5 * SECOND;
  /** Others take over what a dead process served so late at most. */
  readonly leaseMs: number = 15 * SECOND;
  /** A call, and what is written down after it: none begins when the lease could end before it. */
  readonly callMsMax: number = 10 * SECOND;
  /** Between two looks at what is to be served. */
  readonly beatMs: number = 2 * SECOND;
  /** Of a subscription's log: so many calls stay. */
  readonly deliveriesKept: number = 1_000;
}
