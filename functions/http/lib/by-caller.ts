// What the caller of a request did, as an event tells it.
import { timestamp } from "../../../services/clock.ts";
import type { Services } from "../../../services/services.ts";
import type { Change } from "../../../services/state.ts";
import type { ApiRequest } from "./request.ts";

export function byCaller(request: ApiRequest, services: Services, cause: string): Change {
  return {
    time: timestamp(services.clock),
    actor: request.principal.subject,
    cause,
    link: `request:${request.id}`,
  };
}
