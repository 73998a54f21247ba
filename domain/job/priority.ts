// The priorities of jobs, lowest first.
import { z } from "zod";

export const priorities = ["low", "normal", "high"] as const;
export const Priority = z.enum(priorities);
export type Priority = z.infer<typeof Priority>;
