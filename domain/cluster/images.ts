// Images that clusters name: which node agent of Azure Batch fits, which generation of machines they boot, when support ends, and
// what stands in for one that cannot be had. Sources: Azure Batch "Supported images" and its end-of-life notices, the
// distributions' release calendars. An image that is not listed may still be one of Azure's: the caller then asks Batch itself.
import type { BatchAIError } from "../shared/batch-ai-error.ts";
import type { FailureCode } from "../shared/errors.ts";
import { defaultImage } from "./default-image.ts";
import type { ImageReference } from "./schema.ts";
import { currentSize, generationsOf, warningDays } from "./vm-life.ts";
import type { Generation } from "./vm-life.ts";

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
  /** Last day on which Azure Batch makes pools of it, or of the distribution's free security updates. */
  readonly endOfLife: string;
  /** Of an image whose name does not say it. */
  readonly generation: Generation;
  /** The marketplace has it no more, or Batch no agent for it: the service's own image runs instead. */
  readonly retired?: true;
}

const ubuntu = (release: string) => `batch.node.ubuntu ${release}`;
const entry = (
  publisher: string,
  offer: string,
  sku: RegExp,
  agent: string,
  endOfLife: string,
  generation: Generation = 1,
): CatalogueEntry => ({ publisher, offer, sku, agent, endOfLife, generation });
const gone = (...row: Parameters<typeof entry>): CatalogueEntry => ({ ...entry(...row), retired: true });

const catalogue: readonly CatalogueEntry[] = [
  entry("canonical", "ubuntu-24_04-lts", /^server(?:-gen1)?$/, ubuntu("24.04"), "2029-05-31", 2),
  entry("canonical", "0001-com-ubuntu-server-jammy", /^22_04-lts/, ubuntu("22.04"), "2027-06-30"),
  gone("canonical", "0001-com-ubuntu-server-focal", /^20_04-lts/, ubuntu("20.04"), "2025-04-23"),
  gone("canonical", "ubuntuserver", /^14\.04/, ubuntu("14.04"), "2019-04-25"),
  gone("canonical", "ubuntuserver", /^16\.04/, ubuntu("16.04"), "2021-04-30"),
  gone("canonical", "ubuntuserver", /^18[._]04/, ubuntu("18.04"), "2023-05-31"),
  entry("microsoft-dsvm", "ubuntu-hpc", /^2404/, ubuntu("24.04"), "2029-05-31", 2),
  entry("microsoft-dsvm", "ubuntu-hpc", /^2204/, ubuntu("22.04"), "2027-06-30", 2),
  gone("microsoft-dsvm", "ubuntu-hpc", /^2004/, ubuntu("20.04"), "2025-04-23", 2),
  gone("microsoft-dsvm", "ubuntu-hpc", /^1804/, ubuntu("18.04"), "2023-05-31"),
  entry("microsoft-dsvm", "ubuntu-2204", /^2204/, ubuntu("22.04"), "2027-06-30"),
  gone("microsoft-dsvm", "ubuntu-2004", /./, ubuntu("20.04"), "2025-04-23"),
  gone("microsoft-dsvm", "ubuntu-1804", /./, ubuntu("18.04"), "2023-05-31"),
  gone("microsoft-ads", "linux-data-science-vm-ubuntu", /./, ubuntu("16.04"), "2021-04-30"),
  gone("microsoft-ads", "linux-data-science-vm", /./, "batch.node.centos 7", "2024-06-30"),
  gone("microsoft-azure-batch", "ubuntu-server-container", /^20-04-lts/, ubuntu("20.04"), "2025-04-23"),
  gone("microsoft-azure-batch", "ubuntu-server-container", /^16-04-lts/, ubuntu("16.04"), "2021-04-30"),
  gone("microsoft-azure-batch", "ubuntu-server-container-rdma", /^20-04-lts/, ubuntu("20.04"), "2025-04-23"),
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

/** Runs on sizes that boot the first generation only when the service's own image is of the second. */
export const firstGenerationImage: MarketplaceImage = {
  publisher: "canonical",
  offer: "0001-com-ubuntu-server-jammy",
  sku: "22_04-lts",
  version: "latest",
};

/** Generation of machines that an image boots; undefined when that is not known. */
export function generationOf(image: MarketplaceImage): Generation | undefined {
  const said = /gen-?([12])/i.exec(image.sku)?.[1];
  if (said !== undefined) return said === "2" ? 2 : 1;
  return find(image)?.generation;
}

function boots(image: MarketplaceImage, vmSize: string): boolean {
  const generation = generationOf(image);
  return generation === undefined || generationsOf(vmSize).includes(generation);
}

export type ChosenImage =
  /** `replaced`: why it is not the one that was asked for. */
  | {
      readonly kind: "chosen";
      readonly image: MarketplaceImage;
      readonly replaced?: "retired" | "generation";
    }
  | { readonly kind: "impossible"; readonly reason: string };

/** The marketplace image that nodes of a size really get, or what a custom image was made from. */
export function chooseImage(asked: ImageReference, vmSize: string, usual: MarketplaceImage): ChosenImage {
  const found = find(asked);
  const { publisher, offer, sku, version } = asked;
  const named = { publisher, offer, sku, version };
  if (asked.virtualMachineImageId !== undefined) {
    if (found?.retired !== true) return { kind: "chosen", image: named };
    return { kind: "impossible", reason: customImageIsOld(named, found) };
  }
  const usesUsual = isDefault(asked) || found?.retired === true;
  const image = usesUsual ? usual : named;
  if (boots(image, vmSize))
    return { kind: "chosen", image, ...(found?.retired && !isDefault(asked) ? { replaced: "retired" } : {}) };
  if (usesUsual && boots(firstGenerationImage, vmSize))
    return { kind: "chosen", image: firstGenerationImage, replaced: "generation" };
  return { kind: "impossible", reason: `${generationClash(image, vmSize)}; take ${otherWay(image, vmSize)}` };
}

const generationClash = (image: MarketplaceImage, vmSize: string) =>
  `${nameOf(image)} is an image of generation ${generationOf(image)}, which machines of the size ${vmSize} cannot boot`;

function otherWay(image: MarketplaceImage, vmSize: string): string {
  if (generationOf(image) === 2) return `a size of generation 2, such as ${currentSize}`;
  return `the variant of the image of generation 2, which ${vmSize} needs (its sku often ends with -gen2)`;
}

const customImageIsOld = (image: MarketplaceImage, { agent, endOfLife }: CatalogueEntry) =>
  `the custom image is said to be made from ${nameOf(image)}, and Azure Batch has had no node agent '${agent}' since ${endOfLife}; make it anew from a later image`;

/** Until when the image is supported, and whether it can still be had; undefined for one that is not known here. */
export function imageEnd(
  asked: ImageReference,
): { readonly on: string; readonly isRetired: boolean } | undefined {
  const found = find(asked);
  return found === undefined ? undefined : { on: found.endOfLife, isRetired: found.retired === true };
}

const dayMs = 24 * 3_600_000;
const nameOf = ({ publisher, offer, sku }: MarketplaceImage) => `${publisher}:${offer}:${sku}`;

/** What users of this image should know; nothing of it stops a cluster. */
export function imageNotices(
  asked: ImageReference,
  vmSize: string,
  usual: MarketplaceImage,
  now: Date,
): readonly BatchAIError[] {
  const chosen = chooseImage(asked, vmSize, usual);
  if (chosen.kind === "impossible") return [];
  const { image, replaced } = chosen;
  if (replaced === "generation")
    return [notice("ImageReplaced", usual, generationNotice(image, vmSize, usual))];
  const found = find(asked);
  if (found === undefined || (asked.virtualMachineImageId === undefined && isDefault(asked))) return [];
  const { endOfLife } = found;
  if (replaced === "retired") {
    const message = `Warning: the image ${nameOf(asked)} can no longer be had (its support ended on ${endOfLife}); the nodes run ${nameOf(image)} instead.`;
    return [notice("ImageReplaced", asked, message, endOfLife)];
  }
  const leftDays = (Date.parse(endOfLife) - now.getTime()) / dayMs;
  if (leftDays > warningDays) return [];
  const when = leftDays < 0 ? `ended on ${endOfLife}` : `ends on ${endOfLife}`;
  const custom = asked.virtualMachineImageId === undefined ? "" : ", which the custom image is made from,";
  const message = `Warning: support of ${nameOf(asked)}${custom} ${when}; create the cluster anew with a later one, such as ${nameOf(usual)}.`;
  return [notice("ImageEndOfLife", asked, message, endOfLife)];
}

const generationNotice = (image: MarketplaceImage, vmSize: string, usual: MarketplaceImage) =>
  `Warning: ${generationClash(usual, vmSize)}; the nodes run ${nameOf(image)} instead, without the drivers and the MPI that ${nameOf(usual)} has. Take a size of generation 2, such as ${currentSize}, to get that.`;

function notice(
  code: FailureCode,
  image: MarketplaceImage,
  message: string,
  endOfLife?: string,
): BatchAIError {
  const end = endOfLife === undefined ? [] : [{ name: "EndOfLife", value: endOfLife }];
  return { code, message, details: [{ name: "Image", value: nameOf(image) }, ...end] };
}
