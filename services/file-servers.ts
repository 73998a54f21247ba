// The machine behind a file server: one virtual machine with striped data disks that exports a folder over NFS. Building
// one takes minutes, so that both calls are asked again until they answer something final. Idempotent: a machine is named
// after the GUID of its file server.
import type { FileServerSpec, MountSettings } from "../domain/file-server/schema.ts";
import type { SubnetId } from "../domain/shared/subnet-id.ts";

export interface FileServerMachine {
  readonly guid: string;
  readonly spec: FileServerSpec;
  /** Value of the administrator's password, when there is one. */
  readonly adminPassword?: string | undefined;
}

export interface FileServers {
  /** Starts building, or looks how far it is. */
  build(machine: FileServerMachine): Promise<
    | {
        readonly kind: "running";
        readonly mountSettings: MountSettings;
        /** The network that was made, when none was asked for. */
        readonly madeSubnet?: SubnetId | undefined;
      }
    | { readonly kind: "building" }
    | { readonly kind: "refused"; readonly message: string }
  >;
  /** Starts removing the machine with its disks and what was made for it; absence is `gone`. */
  remove(guid: string): Promise<"gone" | "removing">;
}
