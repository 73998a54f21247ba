// The file server as clients see it: the password nowhere, the network that was made for it like one that was asked for.
import { z } from "zod";
import { userAccountWire, UserAccountResponse } from "../shared/user-account.ts";
import { named, provisioned, provisionedResponse, resourceResponse } from "../shared/wire.ts";
import { FileServerState, MountSettings } from "./schema.ts";
import type { FileServerDocument } from "./schema.ts";

export const FileServerResponse = resourceResponse(
  "fileServer",
  {
    ...provisionedResponse,
    provisioningState: FileServerState,
    vmSize: z.string(),
    sshConfiguration: z.looseObject({
      userAccountSettings: UserAccountResponse,
      publicIPsToAllow: z.array(z.string()).optional(),
    }),
    dataDisks: z.looseObject({
      diskSizeInGB: z.int(),
      diskCount: z.int(),
      cachingType: z.enum(["none", "readonly", "readwrite"]),
      storageAccountType: z.enum(["Standard_LRS", "Premium_LRS"]),
    }),
    subnet: z.looseObject({ id: z.string() }).optional(),
    mountSettings: MountSettings.optional(),
  },
  {},
);

export type FileServerResponse = z.infer<typeof FileServerResponse>;

export function fileServerWire(document: FileServerDocument) {
  const { spec, mountSettings } = document;
  const subnet = spec.subnet ?? document.madeSubnet;
  return {
    ...named(document),
    properties: {
      vmSize: spec.vmSize,
      sshConfiguration: {
        ...(spec.publicIPsToAllow === undefined ? {} : { publicIPsToAllow: spec.publicIPsToAllow }),
        userAccountSettings: userAccountWire(spec.userAccount),
      },
      dataDisks: spec.dataDisks,
      ...(subnet === undefined ? {} : { subnet }),
      ...(mountSettings === undefined ? {} : { mountSettings }),
      ...provisioned(document),
    },
  };
}
