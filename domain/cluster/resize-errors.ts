// What errors of a resize mean. Transient: asking again later may help. Quota: somebody has to free or raise something, and
// asking again finds out. Configuration: no attempt can succeed, so that work which waits for the nodes fails. Sources: Azure
// Batch, "Check for pool and node errors" and "Pool and node error codes".
import type { BatchAIError } from "../shared/batch-ai-error.ts";

export type ResizeErrorCategory = "transient" | "quota" | "configuration";

const categories: Readonly<Record<string, ResizeErrorCategory>> = {
  allocationtimedout: "transient",
  allocationfailed: "transient",
  overconstrainedallocationrequest: "transient",
  removenodesfailed: "transient",
  resizestopped: "transient",
  unknown: "transient",
  accountcorequotareached: "quota",
  accountlowprioritycorequotareached: "quota",
  accountspotcorequotareached: "quota",
  accountvmseriescorequotareached: "quota",
  vmseriescorequotareached: "quota",
  subscriptioncorequotareached: "quota",
  publicipquotareached: "quota",
  publicipcountlimitreached: "quota",
  insufficientsubnetspace: "quota",
  accountdisabled: "configuration",
  custommanagedimagenotfound: "configuration",
  disallowedbypolicy: "configuration",
  imagenotfound: "configuration",
  imagereferencenotfound: "configuration",
  insufficientpermissions: "configuration",
  invalidimagereference: "configuration",
  invalidvnetconfiguration: "configuration",
  invalidnetworkconfiguration: "configuration",
  invalidvmsize: "configuration",
  marketplacetermsnotaccepted: "configuration",
  nodebeingcreatedwithinvalidconfiguration: "configuration",
  reservedvmsizenotavailable: "configuration",
  skunotavailable: "configuration",
  subnetnotfound: "configuration",
  unsupportedvmsize: "configuration",
  vnetnotfound: "configuration",
};

export interface ResizeError {
  readonly code: string;
  readonly message: string;
  /** What Batch adds, such as the compute provider's own error as JSON. */
  readonly values?: readonly { readonly name: string; readonly value: string }[] | undefined;
}

/** What the provider of the machines says behind a code that itself says only that there are none. */
const reasons: readonly (readonly [RegExp, ResizeErrorCategory])[] = [
  [/hypervisor generation|cannot boot/i, "configuration"],
  [/SkuNotAvailable|NotAvailableForSubscription|NotAvailableForLocation/i, "configuration"],
  [
    /MarketplacePurchaseEligibilityFailed|ResourcePurchase\w*Failed|MarketplaceTermsNotAccepted/i,
    "configuration",
  ],
  [/RequestDisallowedByPolicy|LinkedAuthorizationFailed|AuthorizationFailed/i, "configuration"],
  [/PlatformImageNotFound|ImageNotFound|GalleryImageNotFound|SubnetNotFound/i, "configuration"],
  [/QuotaExceeded|exceeding approved|quota/i, "quota"],
];

/**
 * A code nobody knows is taken for transient: only what is known to be permanent may end work. `AllocationFailed` and its like
 * say little; what the provider said decides.
 */
export function resizeErrorCategory({ code, message, values = [] }: ResizeError): ResizeErrorCategory {
  const category = categories[code.toLowerCase()] ?? "transient";
  if (category !== "transient") return category;
  const said = [message, ...values.map(({ value }) => value)].join("\n");
  return reasons.find(([pattern]) => pattern.test(said))?.[1] ?? "transient";
}

export function resizeError(error: ResizeError): BatchAIError {
  const { code, message, values = [] } = error;
  return {
    code,
    message,
    details: [{ name: "Category", value: resizeErrorCategory(error) }, ...values.map(readable)],
  };
}

/** The provider's error is JSON in a text: its code and its sentence are what a person reads. */
function readable({ name, value }: { readonly name: string; readonly value: string }) {
  try {
    const parsed = JSON.parse(value) as { error?: { code?: unknown; message?: unknown } } | null;
    const { code, message } = parsed?.error ?? {};
    if (typeof code === "string" && typeof message === "string")
      return { name, value: `${code}: ${message}`.slice(0, 2000) };
  } catch {
    // Not JSON: shown as it is.
  }
  return { name, value: value.slice(0, 2000) };
}

/** The error that keeps a cluster from ever having nodes, if it has one. */
export function unschedulableError(errors: readonly BatchAIError[]): BatchAIError | undefined {
  return errors.find(({ details }) =>
    details?.some(({ name, value }) => name === "Category" && value === "configuration"),
  );
}
