// Whether nodes of a size can be had: that Azure still makes them, that the region offers them, that an image boots on them, and that the
// account may have the processors of one.
import { chooseImage } from "../cluster/images.ts";
import type { MarketplaceImage } from "../cluster/images.ts";
import { defaultImage } from "../cluster/default-image.ts";
import { currentSize, retiredReason } from "../cluster/vm-life.ts";
import { processorsOf } from "../cluster/vm-size.ts";
import { failure, fine, warning } from "./check.ts";
import type { Check } from "./check.ts";

export interface Offer {
  readonly name: string;
  readonly family: string;
  readonly processors: number | undefined;
}

export interface Region {
  readonly location: string;
  /** Absent: the region could not be asked. */
  readonly offers: readonly Offer[] | undefined;
  /** Absent: families have no limits of their own. */
  readonly familyProcessors: Readonly<Record<string, number>> | undefined;
  readonly usualImage: MarketplaceImage;
  readonly retiredSizes: "refuse" | "run";
  readonly now: Date;
}

export function sizeChecks(vmSize: string, region: Region): readonly Check[] {
  const name = `size ${vmSize}`;
  const retired = retiredReason(vmSize, region.now);
  if (retired !== undefined && region.retiredSizes === "refuse")
    return [failure(name, retired, "name a current size in vmSize")];
  const chosen = chooseImage(defaultImage, vmSize, region.usualImage);
  if (chosen.kind === "impossible")
    return [failure(name, chosen.reason, "set BATCHAI_NODE_IMAGE, or name an image in the cluster")];
  const offer = region.offers?.find((one) => one.name.toLowerCase() === vmSize.toLowerCase());
  if (region.offers === undefined || offer === undefined) return [missing(name, region, retired)];
  return [fine(name, `is offered in ${region.location}`), ...family(offer, vmSize, region)];
}

function missing(
  name: string,
  { location, offers, retiredSizes }: Region,
  retired: string | undefined,
): Check {
  if (offers === undefined)
    return warning(
      name,
      `whether ${location} offers it could not be asked`,
      "give the app's identity the role Azure Batch Data Contributor on the Batch account",
    );
  if (retired !== undefined && retiredSizes === "run")
    return warning(
      name,
      `${retired}; nodes here are no machines of Azure`,
      "name a current size in vmSize before you deploy",
    );
  return failure(
    name,
    `Azure Batch does not offer it in ${location}`,
    `take a size that it offers (az batch location list-skus --location ${location}), such as ${currentSize}`,
  );
}

function family(
  { family, processors }: Offer,
  vmSize: string,
  { familyProcessors }: Region,
): readonly Check[] {
  if (familyProcessors === undefined) return [];
  const name = `quota: ${family}`;
  const needed = processors ?? processorsOf(vmSize);
  const held = Object.entries(familyProcessors).find(
    ([known]) => known.toLowerCase() === family.toLowerCase(),
  );
  const limit = held?.[1] ?? 0;
  if (limit >= needed) return [fine(name, `${limit} vCPUs`)];
  return [
    failure(
      name,
      `${limit} vCPUs; one node of ${vmSize} needs ${needed}`,
      `ask Azure for more of the family ${family} (portal: the Batch account, Quotas), or take a size of another family`,
    ),
  ];
}
