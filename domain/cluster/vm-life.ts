// Until when Azure offers a VM size, and which generation of images it boots. Sources: Azure documentation, "Retired Azure VM
// size series" and the guides of the series, "Support for Generation 2 VMs", the retirement notices of Azure Batch. A size that
// is not listed is taken to be offered and to boot either generation: Azure itself then says what is wrong.
import type { BatchAIError } from "../shared/batch-ai-error.ts";
import type { FailureCode } from "../shared/errors.ts";

export type Generation = 1 | 2;

interface Retirement {
  readonly sizes: RegExp;
  /** Day from which Azure makes no more of them. */
  readonly on: string;
  readonly instead: string;
}

/** What a general purpose size is replaced by in sentences. */
export const currentSize = "STANDARD_D2S_V5";
const t4 = "STANDARD_NC4AS_T4_V3";
const a100 = "STANDARD_NC24ADS_A100_V4";
const infiniBand = "STANDARD_HB120RS_V3";
const retiring = (sizes: RegExp, on: string, instead: string): Retirement => ({ sizes, on, instead });

const retirements: readonly Retirement[] = [
  retiring(/^(?:basic|standard)_a\d+$/, "2024-08-31", currentSize),
  retiring(/^standard_nc\d+r?(?:_promo)?$/, "2023-09-06", t4),
  retiring(/^standard_nc\d+rs?_v2$|^standard_nc\d+s_v2$/, "2023-09-06", a100),
  retiring(/^standard_nd\d+r?s$/, "2023-09-06", a100),
  retiring(/^standard_nv\d+(?:_promo)?$/, "2023-09-06", t4),
  retiring(/^standard_nv\d+s_v2$/, "2023-09-06", t4),
  retiring(/^standard_h\d+m?r?(?:_promo)?$/, "2022-08-31", infiniBand),
  retiring(/^standard_hb60(?:-\d+)?rs$/, "2024-08-31", infiniBand),
  retiring(/^standard_nc\d+r?s_v3$/, "2025-09-30", a100),
  retiring(/^standard_nv\d+s_v3$|^standard_nv\d+as_v4$/, "2026-09-30", t4),
  retiring(/^standard_hb120-?\d*rs_v2$|^standard_hc44-?\d*rs$|^standard_np\d+s$/, "2027-05-31", infiniBand),
  retiring(/^standard_ds?\d+(?:-\d+)?(?:_v2)?$|^standard_l\d+s$/, "2028-05-01", currentSize),
  retiring(/^standard_a\d+m?_v2$|^standard_b\d+[a-z]*$/, "2028-11-15", currentSize),
  retiring(
    /^standard_fs?\d+s?(?:_v2)?$|^standard_gs?\d+(?:-\d+)?$|^standard_l\d+s_v2$/,
    "2028-11-15",
    currentSize,
  ),
];

/** The least of the sizes that Azure offers on, by the GPUs of a node. */
export const sizesWithGpus: Readonly<Record<number, string>> = {
  1: t4,
  2: "STANDARD_NC48ADS_A100_V4",
  4: "STANDARD_NC64AS_T4_V3",
  8: "STANDARD_ND96ISR_H100_V5",
};

/** Where a size lies between its announcement and its end; undefined when no end is known. */
export function retirementOf(vmSize: string): { readonly on: string; readonly instead: string } | undefined {
  const size = vmSize.toLowerCase();
  return retirements.find(({ sizes }) => sizes.test(size));
}

/** Why no node of that size can be had any more; undefined when it can. */
export function retiredReason(vmSize: string, now: Date): string | undefined {
  const retirement = retirementOf(vmSize);
  if (retirement === undefined || now.getTime() < Date.parse(retirement.on)) return undefined;
  return `Azure retired ${vmSize} on ${retirement.on}; take a current size, such as ${retirement.instead}`;
}

/** How long before the end of a size or of an image its users are warned. */
export const warningDays = 90;
const dayMs = 24 * 3_600_000;

export function sizeNotices(vmSize: string, now: Date): readonly BatchAIError[] {
  const retirement = retirementOf(vmSize);
  if (retirement === undefined) return [];
  const leftDays = (Date.parse(retirement.on) - now.getTime()) / dayMs;
  if (leftDays > warningDays) return [];
  const when = leftDays <= 0 ? "retired" : "retires";
  return [
    {
      code: "VmSizeEndOfLife" satisfies FailureCode,
      message: `Warning: Azure ${when} ${vmSize} on ${retirement.on}; create the cluster anew with a current size, such as ${retirement.instead}.`,
      details: [
        { name: "VmSize", value: vmSize },
        { name: "EndOfLife", value: retirement.on },
      ],
    },
  ];
}

/** A, D, Dv2, Dv3, Ev3, F, G, Ls without the later hypervisor's firmware, and the GPU and HPC series of that time. */
const onlyFirst =
  /^(?:basic|standard)_(?:a\d+m?(?:_v2)?|d\d+(?:-\d+)?(?:_v[23])?|ds\d+(?:-\d+)?|e\d+(?:-\d+)?i?_v3|f\d+|g\d+|l\d+s|h\d+m?r?|nc\d+r?|nv\d+)(?:_promo)?$/;
/** Series since 2023, confidential and ARM machines, large memory, and the GPU series of A100 and later. */
const onlySecond =
  /^standard_(?:[a-z]+\d+[a-z]*_v[67]|dc\d+\w*|ec\d+\w*|[de]\d+p\w*|m\d+\w*_v[23]|nd40rs_v2|nd\d+\w*_(?:a100|h100|h200|mi300x)_v\d|nd96asr_v4|nd\d+isr_\w+|nc\d+ad\w+_v\d|hb176\w*|hx\w+)$/;

/** Generations of images that a size boots; both for one that is not known. */
export function generationsOf(vmSize: string): readonly Generation[] {
  const size = vmSize.toLowerCase();
  if (onlyFirst.test(size)) return [1];
  return onlySecond.test(size) ? [2] : [1, 2];
}
