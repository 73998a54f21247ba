// The journal of an emulator that forgets everything when it ends; for tests and simulations.
import type { Journal } from "./journal.ts";

export function memoryJournal(): Journal {
  return { load: () => [], highest: () => 0, apply: () => undefined, close: () => undefined };
}
