// One call of MLflow's protocol, and what it is answered from.
import type { HttpResponseInit } from "@azure/functions";
import type { Caller } from "../../../application/caller.ts";
import type { TrackingScope } from "../../../application/tracking/scope.ts";
import type { Role } from "../../../domain/shared/roles.ts";
import type { Services } from "../../../services/services.ts";

export interface AskedCall {
  readonly services: Services;
  readonly scope: TrackingScope;
  readonly caller: Caller;
  /** Of the path: `{id}`, or what `{*path}` stands for. */
  readonly rest: string;
  /** The body as JSON; of a GET the query. */
  readonly body: () => Promise<unknown>;
  /** The body as it came. */
  readonly bytes: () => Promise<Uint8Array>;
}

export interface TrackingCall {
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  readonly path: string;
  readonly role: Role;
  /** In bytes, where a body may be longer than a batch of points. */
  readonly longestBody?: number;
  answer(asked: AskedCall): Promise<HttpResponseInit>;
}
