// The cluster that a spot policy names: nodes that are not taken away, and on which the job is the same job.
import { largestSize } from "../../cluster/scale.ts";
import type { ClusterDocument } from "../../cluster/schema.ts";
import { AppError } from "../../shared/errors.ts";
import { mountVolumesWire } from "../../shared/mount-volumes.ts";
import { refOf, sameId } from "../../shared/resource-id.ts";
import { sameContent } from "../../shared/same-content.ts";

/** @throws AppError InvalidRequest, InvalidState, NodeCountTooLarge */
export function checkSibling(home: ClusterDocument, sibling: ClusterDocument, nodeCount: number): void {
  const refuse = (
    field: string,
    message: string,
    code: "InvalidRequest" | "InvalidState" | "NodeCountTooLarge" = "InvalidRequest",
  ) => {
    const target = `properties.${field}`;
    throw new AppError(code, `${target}: ${message}`, { target });
  };
  const [there, here] = [`cluster '${sibling.cluster}'`, `cluster '${home.cluster}'`];
  if (home.spec.vmPriority !== "lowpriority")
    refuse(
      "spot",
      `${here} has dedicated nodes; leave spot out, or submit the job to a cluster with vmPriority lowpriority`,
    );
  if (sameId(refOf(home), refOf(sibling)))
    refuse("spot.cluster.id", `is the job's own cluster; name another one, with dedicated nodes`);
  if (sibling.spec.vmPriority !== "dedicated")
    refuse("spot.cluster.id", `${there} has spot nodes, too; name a cluster with vmPriority dedicated`);
  if (sibling.provisioningState === "deleting" || sibling.provisioningState === "failed")
    refuse(
      "spot.cluster.id",
      `${there} is ${sibling.provisioningState}; name another cluster`,
      "InvalidState",
    );
  if (nodeCount > largestSize(sibling))
    refuse(
      "spot.cluster.id",
      `the job asks for ${nodeCount} nodes; ${there} has at most ${largestSize(sibling)}`,
      "NodeCountTooLarge",
    );
  if (!sameContent(mountsOf(home), mountsOf(sibling)))
    refuse(
      "spot.cluster.id",
      `${there} does not mount what ${here} does, at the same paths: the job would not find its files and checkpoints; give both the same nodeSetup.mountVolumes`,
    );
}

const none = { azureFileShares: [], azureBlobFileSystems: [], fileServers: [], unmanagedFileSystems: [] };
const mountsOf = ({ spec }: ClusterDocument) =>
  spec.mountVolumes === undefined ? none : mountVolumesWire(spec.mountVolumes);
