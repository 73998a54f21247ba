// Activities about file servers: names and shapes.
import { z } from "zod";
import { MountSettings } from "../domain/file-server/schema.ts";
import { SubnetId } from "../domain/shared/subnet-id.ts";
import { contract } from "./contract.ts";
import { FileServerIdentity } from "./refs.ts";

const fileServer = z.object({ fileServer: FileServerIdentity });
const nothing = z.undefined();

const Running = z.object({
  kind: z.literal("running"),
  mountSettings: MountSettings,
  madeSubnet: SubnetId.optional(),
});
const Refused = z.object({ kind: z.literal("refused"), message: z.string() });
/** The file server is being deleted, or gone. */
const NotWanted = z.object({ kind: z.literal("notWanted") });

/** Starts the machine, or looks how far it is. */
export const buildFileServer = contract(
  "buildFileServer",
  fileServer,
  z.discriminatedUnion("kind", [Running, Refused, NotWanted, z.object({ kind: z.literal("building") })]),
);

/** Ends the creation: the document and the operation say how. */
export const recordFileServer = contract(
  "recordFileServer",
  fileServer.extend({
    operationId: z.string(),
    end: z.discriminatedUnion("kind", [Running, Refused, NotWanted]),
  }),
  nothing,
);

export const removeFileServerMachine = contract(
  "removeFileServerMachine",
  fileServer,
  z.object({ gone: z.boolean() }),
);

export const removeFileServerRecords = contract(
  "removeFileServerRecords",
  fileServer.extend({ operationId: z.string(), actor: z.string() }),
  nothing,
);
