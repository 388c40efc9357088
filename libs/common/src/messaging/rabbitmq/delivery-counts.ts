/** How deliveries ended; together they are all that came and are no longer under way. */
export class DeliveryCounts {
  applied = 0;
  /** Known by their id: acknowledged, and nothing done. */
  duplicate = 0;
  /** Given back to the broker, to come again. */
  returned = 0;
  /** Put aside for people to look at. */
  dead = 0;

  static sum(all: readonly DeliveryCounts[]): DeliveryCounts {
    const sum = new DeliveryCounts();
    for (const { applied, duplicate, returned, dead } of all) {
      sum.applied += applied;
      sum.duplicate += duplicate;
      sum.returned += returned;
      sum.dead += dead;
    }
    return sum;
  }
}
