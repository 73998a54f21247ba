// The account's keys, tags and what else can be changed of it, which outlive the process: account.json in the data folder, readable by its owner only.
import { z } from "zod";

export const StoredAccount = z.object({
  /** The key that the emulator was first given; another one later starts over. */
  given: z.string(),
  primary: z.string(),
  secondary: z.string(),
  tags: z.record(z.string(), z.string()),
  authenticationModes: z
    .array(z.enum(["SharedKey", "AAD", "TaskAuthenticationToken"]))
    .readonly()
    .optional(),
  hasIdentity: z.boolean().optional(),
});
export type StoredAccount = z.infer<typeof StoredAccount>;
