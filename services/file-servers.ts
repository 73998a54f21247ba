// The machine behind a file server: one virtual machine with striped data disks that exports a folder over NFS. Building
// one takes minutes, so that both calls are asked again until they answer something final. Idempotent: a machine is named
// after the GUID of its file server.
import type { FileServerSpec, MountSettings } from "../domain/file-server/schema.ts";
import type { SubnetId } from "../domain/shared/subnet-id.ts";

export interface FileServerMachine {
  readonly guid: string;
  readonly spec: FileServerSpec;
  /** ISO 8601: of its file server. */
  readonly createdAt: string;
  /** Value of the administrator's password, when there is one. */
  readonly adminPassword?: string | undefined;
}

export interface FoundMachine {
  readonly guid: string;
  readonly owner?: string | undefined;
  /** ISO 8601, or empty where nobody knows. */
  readonly createdAt: string;
}

export interface FileServers {
  /** Starts building, or looks how far it is. What was made before a refusal stays until it is removed. */
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
  /** Machines of which anything is there, whoever made them. */
  list(): Promise<readonly FoundMachine[]>;
}
