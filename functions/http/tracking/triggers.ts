// MLflow's protocol at two addresses: a workspace's, for notebooks, with the tokens of everybody else; and a job's, for its script,
// with a token of that job alone. Clients know nothing of api-versions.
import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { existing } from "../../../application/existing.ts";
import { jobScope } from "../../../application/tracking/scope.ts";
import type { TrackingScope } from "../../../application/tracking/scope.ts";
import { refOf } from "../../../domain/shared/resource-id.ts";
import { readAddress } from "../../../domain/tracking/address.ts";
import type { TrackingAddress } from "../../../domain/tracking/address.ts";
import type { Services } from "../../../services/services.ts";
import type { HttpTrigger } from "../../lib/register.ts";
import { authorise } from "../lib/authorise.ts";
import { callerOf } from "../lib/caller-of.ts";
import { authenticate, checkPath, checkSubscription, identified, nothingHere } from "../lib/guard.ts";
import { checkOwnJob, jobOfToken, jobPrincipal } from "../lib/job-token.ts";
import { requestedRef, routeOf } from "../lib/refs.ts";
import { apiRequest } from "../lib/request.ts";
import type { ApiRequest, Caller } from "../lib/request.ts";
import { callAt } from "./calls.ts";
import type { MeantCall } from "./calls.ts";
import { trackingRefusal } from "./refusals.ts";

/** In bytes: clients cut what they send to a little less. */
const longestBatch = 1_200_000;

type Found = (request: ApiRequest, services: Services, address: TrackingAddress) => Promise<TrackingScope>;

export const trackingTriggers: readonly HttpTrigger[] = [
  trackingTrigger(
    "tracking-workspace",
    `${routeOf("workspace")}/mlflow/{*path}`,
    async (request, services) => ({
      kind: "workspace",
      workspace: refOf<"workspace">(await existing(services, requestedRef(request, "workspace"))),
    }),
  ),
  trackingTrigger(
    "tracking-job",
    `${routeOf("job")}/mlflow/{*path}`,
    async (request, services, { launch, folder }) => ({
      ...jobScope(await existing(services, requestedRef(request, "job"))),
      launch,
      folder,
    }),
  ),
];

function trackingTrigger(name: string, route: string, found: Found): HttpTrigger {
  return {
    name,
    methods: ["GET", "POST", "PATCH", "PUT", "DELETE"],
    route,
    handle: (request, services) =>
      identified(request, services, async (requestId) => {
        try {
          return await answer(request, services, requestId, found);
        } catch (error) {
          return trackingRefusal(error, services.logger, requestId);
        }
      }),
  };
}

async function answer(
  request: HttpRequest,
  services: Services,
  requestId: string,
  found: Found,
): Promise<HttpResponseInit> {
  checkPath(request);
  const address = readAddress(request.params["path"] ?? "");
  if (request.method === "GET" && address.path === "") return toThePage(request);
  const ofJob = jobOfToken(request, services);
  const principal = ofJob === undefined ? await authenticate(request, services) : jobPrincipal(ofJob);
  const caller: Caller = { principal, requestId };
  const meant = callAt(request.method, address.path);
  if (meant === undefined) throw nothingHere(request.method, new URL(request.url).pathname);
  const asked = apiRequest(request, caller, meant.call.longestBody ?? longestBatch);
  if (ofJob === undefined) await authorise(asked, services, meant.call.role);
  checkSubscription(asked, services);
  const scope = await found(asked, services, address);
  if (ofJob !== undefined) checkOwnJob(scope.kind === "job" ? scope.job : undefined, ofJob);
  return answered(asked, services, scope, meant);
}

/**
 * The link that MLflow's clients print is the tracking URI and a fragment, which browsers keep: it leads to the portal. It tells
 * nothing but what it was asked.
 */
function toThePage({ params }: HttpRequest): HttpResponseInit {
  const { resourceGroup = "", workspace = "", experiment, job } = params;
  const names = [
    resourceGroup,
    workspace,
    "jobs",
    ...(experiment === undefined ? [] : [experiment, job ?? ""]),
  ];
  return { status: 302, headers: { location: `/portal/w/${names.map(encodeURIComponent).join("/")}` } };
}

function answered(asked: ApiRequest, services: Services, scope: TrackingScope, { call, rest }: MeantCall) {
  const body = async () =>
    asked.method === "GET" ? Object.fromEntries(asked.url.searchParams) : asked.json();
  return call.answer({ services, scope, caller: callerOf(asked), rest, body, bytes: () => asked.bytes() });
}
