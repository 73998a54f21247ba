// The names of the priorities, without their schema: pages in a browser reckon with them, too.

/** Lowest first. */
export const priorities = ["low", "normal", "high"] as const;
