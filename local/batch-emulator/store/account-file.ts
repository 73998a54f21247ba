// What outlives the process of the accounts: a file account.json in the folder of each, readable by its owner only.
import { z } from "zod";

const Quotas = z.object({
  poolQuota: z.number(),
  activeJobAndJobScheduleQuota: z.number(),
  dedicatedCoreQuota: z.number(),
  lowPriorityCoreQuota: z.number(),
});

/** Keys, tags and what else can be changed. */
const changeable = {
  primary: z.string(),
  secondary: z.string(),
  tags: z.record(z.string(), z.string()),
  authenticationModes: z
    .array(z.enum(["SharedKey", "AAD", "TaskAuthenticationToken"]))
    .readonly()
    .optional(),
  hasIdentity: z.boolean().optional(),
  quotas: Quotas.optional(),
};

/** The account that the emulator was started with. */
export const StoredAccount = z.object({
  /** The key that the emulator was first given; another one later starts over. */
  given: z.string(),
  ...changeable,
  /** How many accounts a region may have. */
  accountQuota: z.number().optional(),
});
export type StoredAccount = z.infer<typeof StoredAccount>;

/** One that was added in the management plane. */
export const AddedAccount = z.object({
  name: z.string(),
  resourceGroup: z.string(),
  location: z.string(),
  /** Tells it from earlier accounts of its name. */
  key: z.string(),
  createdAt: z.number(),
  /** Where it listens. */
  port: z.number(),
  tlsPort: z.number().optional(),
  hasAutoStorage: z.boolean(),
  lastKeySync: z.number().optional(),
  isDeleting: z.boolean().optional(),
  ...changeable,
});
export type AddedAccount = z.infer<typeof AddedAccount>;
