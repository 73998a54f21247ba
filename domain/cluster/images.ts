// Images that clusters name: which node agent of Azure Batch fits, when support ends, and what stands in for one that the
// marketplace no longer has. Sources: Azure Batch "Supported images" and its end-of-life notices, the distributions' release
// calendars. An image that is not listed may still be one of Azure's: the caller then asks Batch itself.
import type { BatchAIError } from "../shared/batch-ai-error.ts";
import type { FailureCode } from "../shared/errors.ts";
import { defaultImage } from "./schema.ts";
import type { ImageReference } from "./schema.ts";

export interface MarketplaceImage {
  readonly publisher: string;
  readonly offer: string;
  readonly sku: string;
  readonly version: string;
}

interface CatalogueEntry {
  readonly publisher: string;
  readonly offer: string;
  readonly sku: RegExp;
  readonly agent: string;
  /** Last day of the distribution's free security updates. */
  readonly endOfLife: string;
  /** The marketplace has it no more: the service's own image runs instead. */
  readonly retired?: true;
}

const ubuntu = (release: string) => `batch.node.ubuntu ${release}`;
const entry = (
  publisher: string,
  offer: string,
  sku: RegExp,
  agent: string,
  endOfLife: string,
): CatalogueEntry => ({ publisher, offer, sku, agent, endOfLife });
const gone = (...row: Parameters<typeof entry>): CatalogueEntry => ({ ...entry(...row), retired: true });

const catalogue: readonly CatalogueEntry[] = [
  entry("canonical", "ubuntu-24_04-lts", /^server(?:-gen1)?$/, ubuntu("24.04"), "2029-05-31"),
  entry("canonical", "0001-com-ubuntu-server-jammy", /^22_04-lts/, ubuntu("22.04"), "2027-05-31"),
  entry("canonical", "0001-com-ubuntu-server-focal", /^20_04-lts/, ubuntu("20.04"), "2025-05-31"),
  gone("canonical", "ubuntuserver", /^14\.04/, ubuntu("14.04"), "2019-04-25"),
  gone("canonical", "ubuntuserver", /^16\.04/, ubuntu("16.04"), "2021-04-30"),
  gone("canonical", "ubuntuserver", /^18[._]04/, ubuntu("18.04"), "2023-05-31"),
  entry("microsoft-dsvm", "ubuntu-hpc", /^2404/, ubuntu("24.04"), "2029-05-31"),
  entry("microsoft-dsvm", "ubuntu-hpc", /^2204/, ubuntu("22.04"), "2027-05-31"),
  entry("microsoft-dsvm", "ubuntu-hpc", /^2004/, ubuntu("20.04"), "2025-05-31"),
  gone("microsoft-dsvm", "ubuntu-hpc", /^1804/, ubuntu("18.04"), "2023-05-31"),
  entry("microsoft-dsvm", "ubuntu-2204", /^2204/, ubuntu("22.04"), "2027-05-31"),
  gone("microsoft-dsvm", "ubuntu-1804", /./, ubuntu("18.04"), "2023-05-31"),
  gone("microsoft-ads", "linux-data-science-vm-ubuntu", /./, ubuntu("16.04"), "2021-04-30"),
  gone("microsoft-ads", "linux-data-science-vm", /./, "batch.node.centos 7", "2024-06-30"),
  entry("microsoft-azure-batch", "ubuntu-server-container", /^20-04-lts/, ubuntu("20.04"), "2025-05-31"),
  gone("microsoft-azure-batch", "ubuntu-server-container", /^16-04-lts/, ubuntu("16.04"), "2021-04-30"),
  gone("microsoft-azure-batch", "ubuntu-server-container-rdma", /./, ubuntu("16.04"), "2021-04-30"),
  gone("microsoft-azure-batch", "centos-container", /./, "batch.node.centos 7", "2024-06-30"),
  gone("openlogic", "centos", /^7/, "batch.node.centos 7", "2024-06-30"),
  gone("openlogic", "centos-hpc", /^7/, "batch.node.centos 7", "2024-06-30"),
  gone("credativ", "debian", /^[89]$/, "batch.node.debian 9", "2022-06-30"),
  entry("debian", "debian-11", /^11/, "batch.node.debian 11", "2026-08-31"),
  entry("debian", "debian-12", /^12/, "batch.node.debian 12", "2028-06-30"),
  entry("almalinux", "almalinux-x86_64", /^8/, "batch.node.el 8", "2029-03-01"),
  entry("almalinux", "almalinux-x86_64", /^9/, "batch.node.el 9", "2032-05-31"),
  entry("almalinux", "almalinux-hpc", /^8/, "batch.node.el 8", "2029-03-01"),
];

function find(image: MarketplaceImage): CatalogueEntry | undefined {
  const [publisher, offer, sku] = [image.publisher, image.offer, image.sku].map((text) => text.toLowerCase());
  return catalogue.find(
    (one) => one.publisher === publisher && one.offer === offer && one.sku.test(sku ?? ""),
  );
}

/** The node agent for an image of the catalogue, or for one that was made from it. */
export function nodeAgentOf(image: MarketplaceImage): string | undefined {
  return find(image)?.agent;
}

/** The image of 2018's default: whoever names it, or none, means "the usual one". */
function isDefault(image: ImageReference): boolean {
  const same = (name: "publisher" | "offer" | "sku") =>
    image[name].toLowerCase() === defaultImage[name].toLowerCase();
  return same("publisher") && same("offer") && same("sku");
}

/** The marketplace image that nodes really get. */
export function runningImage(asked: ImageReference, usual: MarketplaceImage): MarketplaceImage {
  if (asked.virtualMachineImageId === undefined && (isDefault(asked) || find(asked)?.retired === true))
    return usual;
  const { publisher, offer, sku, version } = asked;
  return { publisher, offer, sku, version };
}

/** How long before its end of life an image is warned about. */
export const warningDays = 90;
const dayMs = 24 * 3_600_000;
const nameOf = ({ publisher, offer, sku }: MarketplaceImage) => `${publisher}:${offer}:${sku}`;

/** What users of this image should know; nothing of it stops a cluster. */
export function imageNotices(
  asked: ImageReference,
  usual: MarketplaceImage,
  now: Date,
): readonly BatchAIError[] {
  const found = find(asked);
  if (found === undefined || (asked.virtualMachineImageId === undefined && isDefault(asked))) return [];
  const details = [
    { name: "Image", value: nameOf(asked) },
    { name: "EndOfLife", value: found.endOfLife },
  ];
  if (asked.virtualMachineImageId === undefined && found.retired === true)
    return [
      {
        code: "ImageReplaced" satisfies FailureCode,
        message: `Warning: the image ${nameOf(asked)} can no longer be had (its support ended on ${found.endOfLife}); the nodes run ${nameOf(usual)} instead.`,
        details,
      },
    ];
  const leftDays = (Date.parse(found.endOfLife) - now.getTime()) / dayMs;
  if (leftDays > warningDays) return [];
  const when = leftDays < 0 ? `ended on ${found.endOfLife}` : `ends on ${found.endOfLife}`;
  const custom = asked.virtualMachineImageId === undefined ? "" : ", which the custom image is made from,";
  return [
    {
      code: "ImageEndOfLife" satisfies FailureCode,
      message: `Warning: support of ${nameOf(asked)}${custom} ${when}; create the cluster anew with a later one, such as ${nameOf(usual)}.`,
      details,
    },
  ];
}
