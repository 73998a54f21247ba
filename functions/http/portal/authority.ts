// Where a browser signs in: the issuer whose tokens this service takes, and the application that asks. Both are public. Absent on a
// local cloud, which has links.
import { AppError } from "../../../domain/shared/errors.ts";
import type { HttpTrigger } from "../../lib/register.ts";
import { identified } from "../lib/guard.ts";
import { ok } from "../lib/reply.ts";

export const authorityTrigger: HttpTrigger = {
  name: "portal-authority",
  methods: ["GET"],
  route: "portal/authority",
  handle: (request, services) =>
    identified(request, services, async () => {
      if (services.authority === undefined)
        throw new AppError("ResourceNotFound", "Nobody signs in to this service by a page of its issuer.");
      return ok({ ...services.authority });
    }),
};
