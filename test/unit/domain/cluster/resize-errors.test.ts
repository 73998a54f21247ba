import { expect, it } from "vitest";
import { unschedulableError, resizeError } from "../../../../domain/cluster/resize-errors.ts";

const provider = (code: string, message: string) => ({
  code: "AllocationFailed",
  message: "Desired number of dedicated nodes could not be allocated",
  values: [{ name: "Provider Error Json", value: JSON.stringify({ error: { code, message } }) }],
});

it.each([
  [
    "configuration",
    provider("BadRequest", "The selected VM size 'standard_d2_v3' cannot boot Hypervisor Generation '2'."),
  ],
  ["configuration", provider("SkuNotAvailable", "The requested size is not available in location 'eastus'.")],
  ["configuration", provider("NotAvailableForSubscription", "Not for this subscription.")],
  ["configuration", provider("RequestDisallowedByPolicy", "Public addresses are not allowed.")],
  [
    "quota",
    provider(
      "OperationNotAllowed",
      "would exceed: Operation could not be completed as it results in exceeding approved Total Regional Cores quota.",
    ),
  ],
  ["transient", provider("ZonalAllocationFailed", "We do not have sufficient capacity.")],
  [
    "transient",
    { code: "AllocationFailed", message: "Desired number of dedicated nodes could not be allocated" },
  ],
  ["quota", { code: "AccountCoreQuotaReached", message: "whatever, SkuNotAvailable" }],
] as const)("what the provider says behind an allocation that failed decides: %s", (category, error) => {
  expect(resizeError(error).details?.[0]).toEqual({ name: "Category", value: category });
});

it("the provider's reason is shown as a sentence, and ends what waits when it is permanent", () => {
  const error = resizeError(provider("BadRequest", "cannot boot Hypervisor Generation '2'."));
  expect(error.details?.[1]).toEqual({
    name: "Provider Error Json",
    value: "BadRequest: cannot boot Hypervisor Generation '2'.",
  });
  expect(unschedulableError([error])).toBe(error);
  const plain = resizeError({ code: "X", message: "m", values: [{ name: "n", value: "{not json" }] });
  expect(plain.details?.[1]).toEqual({ name: "n", value: "{not json" });
});
