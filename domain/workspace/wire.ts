// The workspace as clients see it: the only kind with a location and tags.
import { z } from "zod";
import { named, provisioned, provisionedResponse, resourceResponse } from "../shared/wire.ts";
import type { WorkspaceDocument } from "./schema.ts";

export const WorkspaceResponse = resourceResponse("workspace", provisionedResponse, {
  location: z.string(),
  tags: z.record(z.string(), z.string()),
});
export type WorkspaceResponse = z.infer<typeof WorkspaceResponse>;

export function workspaceWire(document: WorkspaceDocument) {
  const { location, tags } = document;
  return { ...named(document), location, tags, properties: provisioned(document) };
}
