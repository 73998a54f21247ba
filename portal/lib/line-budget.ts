// How much a frame draws, so that ten thousand lines hold nothing up.
export const firstLines = 200;
/** However late frames are for other reasons, ten thousand lines are there after 67 of them. */
const leastLines = 150;
const mostLines = 400;
/** Frames that take longer are late, those that take less had room. */
const [lateMs, roomMs] = [34, 20];

/**
 * How many lines the next frame may have, by how long the one before has taken: a browser notes what is drawn and paints it later, so that the
 * time of drawing alone tells nothing.
 */
export function linesAfter(lines: number, tookMs: number): number {
  if (tookMs > lateMs) return Math.max(leastLines, Math.floor(lines / 2));
  return tookMs < roomMs ? Math.min(mostLines, Math.ceil(lines * 1.25)) : lines;
}
