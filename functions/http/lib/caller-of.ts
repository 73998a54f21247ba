// Who makes a request, as the use cases see it.
import type { Caller } from "../../../application/caller.ts";
import type { ApiRequest } from "./request.ts";

export function callerOf({ principal, id }: ApiRequest): Caller {
  return { actor: principal.subject, name: principal.name, link: `request:${id}`, who: principal };
}
