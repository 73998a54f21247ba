// State machines are tables (`{ queued: ["running", …], … } as const`); this is the one way to take a step in one.
import { AppError } from "./errors.ts";

export type StateTable = Readonly<Record<string, readonly string[]>>;

/** True when the table allows the move; staying where one is, is always allowed. */
export function canMove<Table extends StateTable>(
  table: Table,
  from: keyof Table & string,
  to: string,
): boolean {
  return from === to || (table[from]?.includes(to) ?? false);
}

/** @throws AppError InvalidState when the table does not allow the move. `what` is e.g. `job 'mnist'`. */
export function move<Table extends StateTable, To extends keyof Table & string>(
  table: Table,
  from: keyof Table & string,
  to: To,
  what: string,
): To {
  if (canMove(table, from, to)) return to;
  throw new AppError("InvalidState", `${what} is ${from} and cannot become ${to}`);
}
