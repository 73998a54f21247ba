// An operation of the API as a value, and the trigger that it becomes: who calls and what for is checked first, then the
// operation itself answers. Registering is functions/lib's.
import type { HttpResponseInit } from "@azure/functions";
import { apiVersion } from "../../../domain/shared/api-versions.ts";
import { AppError } from "../../../domain/shared/errors.ts";
import type { Services } from "../../../services/services.ts";
import type { HttpTrigger } from "../../lib/register.ts";
import { changedRequest } from "./changed-request.ts";
import { authorise } from "./authorise.ts";
import type { Needed } from "./authorise.ts";
import {
  authenticate,
  checkApiVersion,
  checkPath,
  checkSubscription,
  guarded,
  identified,
  nothingHere,
} from "./guard.ts";
import type { ShownIn } from "./guard.ts";
import { authoriseJob, jobOfToken, jobPrincipal } from "./job-token.ts";
import { refused } from "./reply.ts";
import { apiRequest } from "./request.ts";
import type { ApiRequest } from "./request.ts";
import { methodsAt, triggerAt } from "./route-match.ts";

export interface Operation {
  /** Also the function's name; the host tries routes in alphabetical order of it. */
  readonly name: string;
  readonly method: "GET" | "PUT" | "PATCH" | "POST" | "DELETE";
  /** Further verbs that mean the same: next-page links of POST lists are followed with GET by some clients. */
  readonly alsoMethod?: "GET";
  readonly route: string;
  /** The least role that may call it, on the workspace or the experiment that its route names, or everywhere. */
  readonly role: Needed;
  /** Also the job that its route names may call it, with its own token. */
  readonly ownJob?: true;
  /** Absent: the version of 2018 only. `arm`: for what clients ask Azure Resource Manager before they come to Batch AI. */
  readonly apiVersions?: ShownIn;
  handle(request: ApiRequest, services: Services): Promise<HttpResponseInit>;
}

export function trigger(operation: Operation): HttpTrigger {
  const { name, method, alsoMethod, route } = operation;
  return {
    name,
    methods: alsoMethod === undefined ? [method] : [method, alsoMethod],
    route,
    handle: (request, services) =>
      identified(request, services, async (requestId) => {
        const ofJob = operation.ownJob === true ? jobOfToken(request, services) : undefined;
        const principal = ofJob === undefined ? await authenticate(request, services) : jobPrincipal(ofJob);
        checkPath(request);
        const asked = apiRequest(request, { principal, requestId }, services.settings.bodyLimitBytes);
        await (ofJob === undefined
          ? authorise(asked, services, operation.role)
          : authoriseJob(asked, services, ofJob));
        checkApiVersion(request, operation.apiVersions ?? [apiVersion]);
        checkSubscription(asked, services);
        return operation.handle(asked, services);
      }),
  };
}

/** Everything no operation answers: an ARM-shaped refusal, after the same check of the token. */
export function unknownRoute(known: readonly HttpTrigger[]): HttpTrigger {
  return {
    name: "zz-unknown",
    methods: ["GET", "PUT", "PATCH", "POST", "DELETE", "HEAD", "OPTIONS"],
    route: "{*path}",
    handle: (request, services) => {
      const { pathname } = new URL(request.url);
      const meant = pathname.includes("//") ? triggerAt(known, request.method, pathname) : undefined;
      if (meant !== undefined)
        return meant.trigger.handle(changedRequest(request, { params: meant.params }), services);
      return guarded(request, services, async () => {
        checkPath(request);
        const allowed = methodsAt(known, pathname);
        if (allowed.length === 0 || allowed.some((method) => method === request.method))
          throw nothingHere(request.method, pathname);
        const methods = allowed.join(", ");
        const told = `${request.method} is not supported here; this path answers ${methods}.`;
        return refused(new AppError("MethodNotAllowed", told), { allow: methods });
      });
    },
  };
}
