// The image that a cluster's nodes get, and the node agent that Azure Batch wants named with it. The catalogue knows the
// usual ones; for the rest Batch is asked.
import { chooseImage, nodeAgentOf } from "../../domain/cluster/images.ts";
import type { ClusterSpec } from "../../domain/cluster/schema.ts";
import type { PoolImage } from "../../services/pools.ts";
import type { Services } from "../../services/services.ts";

export type NodeImage =
  | { readonly kind: "found"; readonly image: PoolImage; readonly nodeAgentSkuId: string }
  | { readonly kind: "refused"; readonly code: "ImageNotFound" | "ImageNotUsable"; readonly message: string };

export async function nodeImage(
  services: Services,
  { imageReference: asked, vmSize }: Pick<ClusterSpec, "imageReference" | "vmSize">,
): Promise<NodeImage> {
  const chosen = chooseImage(asked, vmSize, services.settings.nodeImage);
  if (chosen.kind === "impossible")
    return {
      kind: "refused",
      code: "ImageNotUsable",
      message: `The nodes cannot be made: ${chosen.reason}.`,
    };
  const { image } = chosen;
  const nodeAgentSkuId = nodeAgentOf(image) ?? (await services.batch.nodeAgentFor(image));
  const id = asked.virtualMachineImageId;
  if (nodeAgentSkuId !== undefined)
    return {
      kind: "found",
      image: id === undefined ? { kind: "marketplace", ...image } : { kind: "custom", id },
      nodeAgentSkuId,
    };
  const name = `${image.publisher}:${image.offer}:${image.sku}`;
  const usual = Object.values(services.settings.nodeImage).join(":");
  const base = id === undefined ? "" : " that the custom image is said to be made from";
  return {
    kind: "refused",
    code: "ImageNotFound",
    message: `Azure Batch has no node agent for the image ${name}${base}. Leave the image out to get ${usual}, or name one that Azure Batch supports.`,
  };
}
