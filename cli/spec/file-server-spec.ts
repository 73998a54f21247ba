// The body of `file-server create`: the file's properties, and the options of `az batchai` over them.
import { isObject } from "./read-spec.ts";
import type { Spec } from "./read-spec.ts";

export interface FileServerGiven {
  readonly vmSize: string | undefined;
  readonly diskCount: number | undefined;
  readonly diskSize: number | undefined;
  readonly caching: string | undefined;
  readonly sku: string | undefined;
  readonly subnet: string | undefined;
}

export function fileServerSpec(
  file: Spec | undefined,
  given: FileServerGiven,
  userAccountSettings: object,
): Spec {
  const { dataDisks, sshConfiguration, ...properties } = file?.properties ?? {};
  return {
    properties: {
      ...properties,
      ...(given.vmSize === undefined ? {} : { vmSize: given.vmSize }),
      ...(given.subnet === undefined ? {} : { subnet: { id: given.subnet } }),
      dataDisks: {
        storageAccountType: "Premium_LRS",
        ...(isObject(dataDisks) ? dataDisks : {}),
        ...(given.diskCount === undefined ? {} : { diskCount: given.diskCount }),
        ...(given.diskSize === undefined ? {} : { diskSizeInGB: given.diskSize }),
        ...(given.caching === undefined ? {} : { cachingType: given.caching }),
        ...(given.sku === undefined ? {} : { storageAccountType: given.sku }),
      },
      sshConfiguration: { ...(isObject(sshConfiguration) ? sshConfiguration : {}), userAccountSettings },
    },
  };
}
