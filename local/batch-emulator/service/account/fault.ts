// A refusal in the service's own terms: the HTTP status and the error code of the Azure Batch reference ("Batch Status
// and Error Codes"), and what to do about it. Everything that a caller can cause is thrown as one of these.

export interface FaultValue {
  readonly key: string;
  readonly value: string;
}

export class BatchFault extends Error {
  readonly status: number;
  readonly code: string;
  readonly values: readonly FaultValue[];
  /** Seconds; answered as Retry-After. */
  readonly retryAfter: number | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    values: readonly FaultValue[] = [],
    retryAfter?: number,
  ) {
    super(message);
    this.name = "BatchFault";
    this.status = status;
    this.code = code;
    this.values = values;
    this.retryAfter = retryAfter;
  }
}

export const notFound = (
  what:
    | "Extension"
    | "Pool"
    | "Node"
    | "Job"
    | "Task"
    | "JobSchedule"
    | "File"
    | "Application"
    | "Certificate"
    | "Resource",
) => new BatchFault(404, `${what}NotFound`, `The specified ${spoken(what)} does not exist.`);

export const invalidProperty = (name: string, value: string, reason: string) =>
  new BatchFault(
    400,
    "InvalidPropertyValue",
    "The value provided for one of the properties in the request body is invalid.",
    [
      { key: "PropertyName", value: name },
      { key: "PropertyValue", value },
      { key: "Reason", value: reason },
    ],
  );

/** For what the service has and the emulator does not: an explicit refusal instead of a silent difference. */
export const notEmulated = (what: string) =>
  new BatchFault(501, "NotImplemented", `The emulator does not offer ${what}.`);

function spoken(what: string): string {
  return what === "JobSchedule" ? "job schedule" : what.toLowerCase();
}
