/** A message that fails so often is given up. */
export const DELIVERY_LIMIT = 5;
