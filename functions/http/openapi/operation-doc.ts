// What an operation's description is made of, and the query of every list.
import { z } from "zod";

export interface OperationDoc {
  readonly summary: string;
  readonly body?: z.ZodType;
  readonly query?: z.ZodRawShape;
  /** Schema of 200; `nothing` for 200 without a body. */
  readonly ok?: z.ZodType | "nothing";
  /** 202 with links to the operation's status. */
  readonly longRunning?: boolean;
  readonly noContent?: boolean;
  /** The state of something may forbid it: 409. */
  readonly conflicts?: boolean;
}

const maxresults = z.coerce.number().int().min(1).max(1000).optional();
export const $skiptoken = z.string().optional().meta({ description: "From a nextLink" });
export const paged = { maxresults, $skiptoken };
