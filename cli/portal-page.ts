// The address of a resource's page in the portal, below the service's own. A test holds it to the portal's own list of pages.
import type { ResourceRef } from "../domain/shared/resource-id.ts";

export function portalPageOf(ref: ResourceRef): string | undefined {
  const part = encodeURIComponent;
  const workspace = `/portal/w/${part(ref.resourceGroup)}/${part(ref.workspace)}`;
  switch (ref.kind) {
    case "workspace":
      return workspace;
    case "job":
      return `${workspace}/jobs/${part(ref.experiment)}/${part(ref.job)}`;
    case "sweep":
      return `${workspace}/sweeps/${part(ref.experiment)}/${part(ref.sweep)}`;
    case "cluster":
      return `${workspace}/clusters/${part(ref.cluster)}`;
    case "trigger":
      return `${workspace}/triggers/${part(ref.trigger)}`;
    default:
      return undefined;
  }
}
