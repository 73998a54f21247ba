// What nodes cost by the tables that the service has: `GET …/locations/{location}/prices`, which the API of 2018 did not have. A size that is not
// in the answer has no known price.
import { pricesIn } from "../../domain/price/table.ts";
import { ownApiVersion } from "../../domain/shared/api-versions.ts";
import type { Operation } from "./lib/operation.ts";
import { providerRoute } from "./lib/refs.ts";
import { ok } from "./lib/reply.ts";
import { sizesOf } from "./lib/sizes-of.ts";

export const priceOperations: readonly Operation[] = [
  {
    name: "prices-list",
    method: "GET",
    route: `${providerRoute}/locations/{location}/prices`,
    role: "reader",
    apiVersions: [ownApiVersion],
    handle: async (request, { settings }) =>
      ok({
        value: pricesIn(
          settings.prices,
          request.params["location"] ?? settings.location,
          sizesOf(request.query("vmsizes")),
        ),
      }),
  },
];
