// Whether the deployment can run jobs, check by check: `GET …/locations/{location}/preflight`, which the API of 2018 did not have.
import { preflight } from "../../application/preflight.ts";
import { vmSizePattern } from "../../domain/cluster/vm-size.ts";
import { ownApiVersion } from "../../domain/shared/api-versions.ts";
import { AppError } from "../../domain/shared/errors.ts";
import type { Operation } from "./lib/operation.ts";
import { providerRoute } from "./lib/refs.ts";
import { ok } from "./lib/reply.ts";

const mostSizes = 20;

export const preflightOperations: readonly Operation[] = [
  {
    name: "preflight-list",
    method: "GET",
    route: `${providerRoute}/locations/{location}/preflight`,
    role: "operator",
    apiVersions: [ownApiVersion],
    handle: async (request, services) =>
      ok({ value: await preflight(services, sizesOf(request.query("vmsizes"))) }),
  },
];

function sizesOf(text: string | undefined): readonly string[] {
  const sizes = (text ?? "").split(",").filter((size) => size !== "");
  if (sizes.length <= mostSizes && sizes.every((size) => vmSizePattern.test(size))) return sizes;
  throw new AppError(
    "InvalidQueryParameter",
    `vmsizes: expected names of VM sizes such as 'STANDARD_D2S_V5', comma-separated, ${mostSizes} at most.`,
    { target: "vmsizes" },
  );
}
