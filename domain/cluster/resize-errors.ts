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

/** A code nobody knows is taken for transient: only what is known to be hopeless may end work. */
export function resizeErrorCategory(code: string): ResizeErrorCategory {
  return categories[code.toLowerCase()] ?? "transient";
}

export function resizeError({
  code,
  message,
}: {
  readonly code: string;
  readonly message: string;
}): BatchAIError {
  return { code, message, details: [{ name: "Category", value: resizeErrorCategory(code) }] };
}

/** The error that keeps a cluster from ever having nodes, if it has one. */
export function unschedulableError(errors: readonly BatchAIError[]): BatchAIError | undefined {
  return errors.find(({ details }) =>
    details?.some(({ name, value }) => name === "Category" && value === "configuration"),
  );
}
