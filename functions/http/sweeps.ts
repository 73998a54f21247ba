// Sweeps on the wire: create, terminate, resume, extend, run failed trials again, look ahead, and what every kind has.
import {
  createSweep,
  extendSweep,
  patchSweep,
  resumeSweep,
  retryTrials,
  terminateSweep,
} from "../../application/sweeps/sweeps.ts";
import { importSweep } from "../../application/sweeps/import.ts";
import { previewSweep } from "../../application/sweeps/preview.ts";
import type { Extension } from "../../domain/sweep/rules.ts";
import { parse, parseJson } from "../../domain/shared/parse.ts";
import { SweepRequest } from "../../domain/sweep/spec.ts";
import type { Services } from "../../services/services.ts";
import { callerOf } from "./lib/caller-of.ts";
import type { Operation } from "./lib/operation.ts";
import { requestedRef, routeOf } from "./lib/refs.ts";
import { ok } from "./lib/reply.ts";
import type { ApiRequest } from "./lib/request.ts";
import {
  ExtendRequest,
  ImportRequest,
  PreviewRequest,
  RetryRequest,
  SweepPatch,
} from "../../domain/sweep/requests.ts";
import { shown, standardOperations } from "./lib/standard-operations.ts";

const route = routeOf("sweep");
const own = { role: "submitter", apiVersions: ["2026-11-01"] } as const;
const action = (name: string, handle: Operation["handle"]): Operation => ({
  name: `sweeps-${name.toLowerCase()}`,
  method: "POST",
  route: `${route}/${name}`,
  ...own,
  handle,
});

export const sweepOperations: readonly Operation[] = [
  ...standardOperations("sweep", "submitter"),
  { name: "sweeps-create", method: "PUT", route, ...own, handle: create },
  { name: "sweeps-update", method: "PATCH", route, ...own, handle: update },
  action("terminate", async (request, services) =>
    shown(await terminateSweep(services, callerOf(request), requestedRef(request, "sweep"))),
  ),
  action("resume", async (request, services) =>
    shown(await resumeSweep(services, callerOf(request), requestedRef(request, "sweep"))),
  ),
  action("extend", extend),
  action("import", async (request, services) => {
    const { properties } = parse(ImportRequest, await request.json());
    return shown(await importSweep(services, callerOf(request), requestedRef(request, "sweep"), properties));
  }),
  action("retryFailed", retryFailed),
  { ...action("preview", preview), role: "reader" },
];

async function create(request: ApiRequest, services: Services) {
  const body = parse(SweepRequest, await request.json());
  return shown(await createSweep(services, callerOf(request), requestedRef(request, "sweep"), body));
}

async function extend(request: ApiRequest, services: Services) {
  const { properties } = parse(ExtendRequest, await request.json());
  const extension = extensionOf(properties);
  return shown(await extendSweep(services, callerOf(request), requestedRef(request, "sweep"), extension));
}

async function update(request: ApiRequest, services: Services) {
  const { tags, properties } = parse(SweepPatch, await request.json());
  const extension = properties === undefined ? undefined : extensionOf(properties);
  const ref = requestedRef(request, "sweep");
  return shown(await patchSweep(services, callerOf(request), ref, { tags, extension }));
}

/** What is not named stays as it is. */
function extensionOf({ limits, stopping, budget }: ExtendRequest["properties"]): Extension {
  const given = Object.fromEntries(Object.entries(limits ?? {}).filter(([, value]) => value !== undefined));
  return {
    limits: given,
    ...(stopping === undefined ? {} : { stopping: stopping.type === "none" ? null : stopping }),
    ...(budget === undefined ? {} : { budget }),
  };
}

async function retryFailed(request: ApiRequest, services: Services) {
  const retry = parse(RetryRequest, await optionalBody(request));
  const { trials } = await retryTrials(services, callerOf(request), requestedRef(request, "sweep"), retry);
  return ok({ trials });
}

async function preview(request: ApiRequest, services: Services) {
  const { properties, count, forecast } = parse(PreviewRequest, await optionalBody(request));
  const asked = { request: properties === undefined ? undefined : { properties }, count, expected: forecast };
  return ok(await previewSweep(services, callerOf(request), requestedRef(request, "sweep"), asked));
}

/** An action that needs nothing more needs no body. */
async function optionalBody(request: ApiRequest): Promise<unknown> {
  const text = new TextDecoder().decode(await request.bytes());
  return text.trim() === "" ? {} : parseJson(text);
}
