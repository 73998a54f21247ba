// Whether the deployment can run jobs, check by check: `GET …/locations/{location}/preflight`, which the API of 2018 did not have.
import { preflight } from "../../application/preflight.ts";
import { ownApiVersion } from "../../domain/shared/api-versions.ts";
import type { Operation } from "./lib/operation.ts";
import { providerRoute } from "./lib/refs.ts";
import { ok } from "./lib/reply.ts";
import { sizesOf } from "./lib/sizes-of.ts";

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
