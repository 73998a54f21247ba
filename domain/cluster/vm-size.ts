// What is known about VM sizes: how many GPUs and processors a node of that size has.
// Source: Azure documentation, "Sizes for virtual machines: GPU accelerated".

/** What a name of a size looks like. */
export const vmSizePattern = /^[A-Za-z][\w-]{1,63}$/;

/** The service's spelling, whatever case was sent: capitals, but for the feature letters of sizes with RDMA (`STANDARD_NC24r`). */
export function spelledSize(vmSize: string): string {
  return vmSize.toUpperCase().replace(/(?<=\d)[A-Z]*R[A-Z]*(?=_|$)/, (letters) => letters.toLowerCase());
}

const gpuCounts: readonly (readonly [RegExp, number])[] = [
  [/^standard_(?:nc|nv|nd)6(?:r|rs|s)?(?:_v[23])?$/, 1],
  [/^standard_(?:nc|nv|nd)12(?:s)?(?:_v[23])?$/, 2],
  [/^standard_(?:nc|nv|nd)24(?:r|rs|s)?(?:_v[23])?$/, 4],
  [/^standard_nc(?:4|8|16)as_t4_v3$/, 1],
  [/^standard_nc64as_t4_v3$/, 4],
  [/^standard_nc24ads_a100_v4$/, 1],
  [/^standard_nc48ads_a100_v4$/, 2],
  [/^standard_nc96ads_a100_v4$/, 4],
  [/^standard_nc40ads_h100_v5$/, 1],
  [/^standard_nc80adis_h100_v5$/, 2],
  [/^standard_nc(?:8|16)ads_a10_v4$/, 1],
  [/^standard_nc32ads_a10_v4$/, 2],
  // The smallest have a part of one.
  [/^standard_nv(?:6|12|18|36)ad?m?s_a10_v5$/, 1],
  [/^standard_nv72ads_a10_v5$/, 2],
  [/^standard_nd96isr_mi300x_v5$/, 8],
  [/^standard_nd(?:40rs_v2|96asr_v4|96amsr_a100_v4|96isr_h100_v5|96isr_h200_v5)$/, 8],
];

/** GPUs of one node of the size; 0 for a CPU size, undefined for one of the GPU families (N) that is not listed. */
export function gpusOf(vmSize: string): number | undefined {
  const size = vmSize.toLowerCase();
  const listed = gpuCounts.find(([pattern]) => pattern.test(size))?.[1];
  return listed ?? (/^standard_n[cdgv]/.test(size) ? undefined : 0);
}

/** Sizes whose name has the `r` of RDMA after the number of cores, e.g. STANDARD_NC24r, Standard_ND40rs_v2; H and HB. */
export function hasInfiniBand(vmSize: string): boolean {
  return /^standard_(?:[a-z]+\d+[a-z]*r[a-z]*(?:_|$)|hb|hc|hx)/i.test(vmSize);
}

/**
 * Premium storage: the `s` of newer names (STANDARD_D2S_V3), the DS, GS and LS of older ones. Source: Azure documentation,
 * "Azure virtual machine sizes naming conventions".
 */
export function premiumCapable(vmSize: string): boolean {
  return /^(?:standard|basic)_(?:(?:ds|gs|ls)\d|[a-z]+\d+(?:-\d+)?[a-z]*s[a-z]*(?:_|$))/i.test(vmSize);
}

/** Azure Batch has no Standard_A0 (Batch documentation, "Choose a VM size"). */
export function isSupportedSize(vmSize: string): boolean {
  return !/^(?:standard|basic)_a0$/i.test(vmSize);
}

/**
 * Virtual processors of one node: the number in the size's name, which for constrained sizes is the one after the dash
 * (`STANDARD_E8-4S_V3` has 4). Source: Azure documentation, "Azure virtual machine sizes naming conventions".
 */
export function processorsOf(vmSize: string): number {
  const match = /^(?:standard|basic)_[a-z]+(\d+)(?:-(\d+))?/i.exec(vmSize);
  return Number(match?.[2] ?? match?.[1] ?? 1);
}
