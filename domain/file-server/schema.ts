// File server, a managed single-node NFS server: request and stored document (Microsoft.BatchAI 2018-05-01). `spec` is what
// the user asked for with defaults applied and the password replaced by its name.
import { z } from "zod";
import { premiumCapable, spelledSize, vmSizePattern } from "../cluster/vm-size.ts";
import { choice, wholeNumber } from "../shared/fields.ts";
import { refShape } from "../shared/resource-id.ts";
import { SubnetId } from "../shared/subnet-id.ts";
import { UserAccount, UserAccountRequest } from "../shared/user-account.ts";

/** Largest managed disk (Azure documentation, "Azure managed disk types"), and data disks of the largest VM sizes. */
const maxDiskGB = 32_767;
const maxDisks = 64;
const maxSources = 400;

const sizeError = "expected a VM size such as 'STANDARD_D2_V3'";
const sourceError = "expected an IPv4 address, a range such as '203.0.113.0/24', or '*'";

const DataDisks = z.object({
  diskSizeInGB: wholeNumber(1, maxDiskGB),
  cachingType: choice(["none", "readonly", "readwrite"]).default("none"),
  diskCount: wholeNumber(1, maxDisks),
  storageAccountType: choice(["Standard_LRS", "Premium_LRS"]),
});

const publicIPsToAllow = z
  .array(z.union([z.ipv4(), z.cidrv4(), z.literal("*")], { error: sourceError }))
  .max(maxSources, { error: `expected at most ${maxSources} addresses` })
  .optional();

const sizes = {
  vmSize: z.string({ error: sizeError }).regex(vmSizePattern, { error: sizeError }).transform(spelledSize),
  dataDisks: DataDisks,
  subnet: SubnetId.optional(),
};

export const FileServerRequest = z.object({
  properties: z
    .object({
      ...sizes,
      sshConfiguration: z.object({ userAccountSettings: UserAccountRequest, publicIPsToAllow }),
    })
    .refine(
      ({ vmSize, dataDisks }) => dataDisks.storageAccountType !== "Premium_LRS" || premiumCapable(vmSize),
      {
        path: ["dataDisks", "storageAccountType"],
        error: "this VM size has no premium storage; use Standard_LRS, or a size such as STANDARD_DS2_V2",
      },
    ),
});
export type FileServerRequest = z.infer<typeof FileServerRequest>;

export const FileServerState = z.enum(["creating", "updating", "deleting", "succeeded", "failed"]);
export type FileServerState = z.infer<typeof FileServerState>;

/** How clusters and people reach the server; known once its machine runs. */
export const MountSettings = z.object({
  mountPoint: z.string(),
  fileServerPublicIP: z.string(),
  fileServerInternalIP: z.string(),
});
export type MountSettings = z.infer<typeof MountSettings>;

const FileServerSpec = z.object({ ...sizes, userAccount: UserAccount, publicIPsToAllow });
export type FileServerSpec = z.infer<typeof FileServerSpec>;

export const FileServerDocument = z.object({
  ...refShape("fileServer"),
  /** New with every creation; the machine is named after it. */
  guid: z.string(),
  spec: FileServerSpec,
  creationTime: z.string(),
  provisioningState: FileServerState,
  provisioningStateTransitionTime: z.string(),
  mountSettings: MountSettings.optional(),
  /** The network the service made when none was asked for. */
  madeSubnet: SubnetId.optional(),
  /** Why its machine cannot be built, while what was made of it is removed, and afterwards. */
  failure: z.string().optional(),
});
export type FileServerDocument = z.infer<typeof FileServerDocument>;
