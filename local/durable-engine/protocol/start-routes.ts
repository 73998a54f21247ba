// Starting and restarting orchestrations, with or without waiting for their end.
import type { DurableEngine, StartOutcome } from "../engine-contract.ts";
import { flag, isJson, statusResponse } from "./instance-routes.ts";
import { failure, json } from "./responses.ts";
import { parsed } from "./status-payload.ts";
import { managementUrls, type ApiAddress } from "./urls.ts";

export async function startOrchestrator(
  engine: DurableEngine,
  address: ApiAddress,
  request: Request,
  url: URL,
  target: { name: string; instanceId: string | undefined },
): Promise<Response> {
  const body = await request.text();
  if (body !== "" && !isJson(body)) return failure(400, "Invalid JSON content");
  const version = url.searchParams.get("version");
  const outcome = engine.client.start({
    name: target.name,
    ...(target.instanceId === undefined ? {} : { instanceId: target.instanceId }),
    ...(body === "" ? {} : { input: body }),
    ...(version === null ? {} : { version }),
  });
  return startResponse(engine, address, url, target.name, outcome);
}

export async function restartInstance(
  engine: DurableEngine,
  address: ApiAddress,
  url: URL,
  instanceId: string,
): Promise<Response> {
  const name = engine.client.get(instanceId)?.name ?? "";
  const outcome = engine.client.restart(instanceId, flag(url, "restartWithNewInstanceId") ?? true);
  if (outcome.kind === "notFound")
    return failure(400, "InstanceId does not match a valid orchestration instance.");
  return startResponse(engine, address, url, name, outcome);
}

async function startResponse(
  engine: DurableEngine,
  address: ApiAddress,
  url: URL,
  name: string,
  outcome: StartOutcome,
): Promise<Response> {
  switch (outcome.kind) {
    case "unknownFunction": {
      const message = `The function '${name}' doesn't exist, is disabled, or is not an orchestrator function.`;
      return failure(400, "One or more of the arguments submitted is incorrect", message);
    }
    case "invalidInstanceId":
      return failure(400, outcome.reason);
    case "alreadyRunning":
      return failure(409, `An Orchestration instance with the status ${outcome.status} already exists.`);
    case "started":
      return waitOrCheckStatus(engine, address, url, outcome.instanceId);
  }
}

/** With `timeout` and `pollingInterval` (seconds; one alone is nothing): the result, if it comes in time. Otherwise where to ask for it. */
async function waitOrCheckStatus(
  engine: DurableEngine,
  address: ApiAddress,
  url: URL,
  instanceId: string,
): Promise<Response> {
  const seconds = secondsIn(url, "timeout");
  const interval = secondsIn(url, "pollingInterval");
  if (seconds !== undefined && interval !== undefined) {
    if (interval > seconds)
      return failure(
        400,
        `Total timeout ${seconds} (seconds) should be bigger than retry timeout ${interval} (seconds)`,
      );
    // The engine tells of the end by itself; the interval only says that waiting is meant.
    const ended = await engine.whenEnded(instanceId, seconds * 1000);
    if (ended?.runtimeStatus === "Completed") return json(200, parsed(ended.output));
    if (ended !== undefined) return statusResponse(engine, ended, url, true);
  }
  const urls = managementUrls(address, instanceId);
  return json(202, urls, { location: urls["statusQueryGetUri"] ?? "", "retry-after": "10" });
}

function secondsIn(url: URL, name: string): number | undefined {
  const text = url.searchParams.get(name) ?? "";
  return /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}
