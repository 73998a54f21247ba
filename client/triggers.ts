// Triggers as typed calls. The service of 2018 had none: they are asked for in our own version of its API.
import { z } from "zod";
import { ownApiVersion } from "../domain/shared/api-versions.ts";
import { formatId } from "../domain/shared/resource-id.ts";
import type { TriggerRef, WorkspaceRef } from "../domain/shared/resource-id.ts";
import { FiringTimeResponse, TriggerTestResponse } from "../domain/trigger/answers.ts";
import type { Decision } from "../domain/trigger/firing.ts";
import { FiringResponse, TriggerResponse, WebhookSecretResponse } from "../domain/trigger/wire.ts";
import { checked } from "./checked.ts";
import { collection } from "./collection.ts";
import type { Collection } from "./collection.ts";
import { inVersion } from "./http-api.ts";
import type { HttpApi } from "./http-api.ts";
import { items } from "./paging.ts";

const Firings = z.looseObject({ value: z.array(FiringResponse) });
const FireTimes = z.looseObject({ value: z.array(FiringTimeResponse) });

export interface Period {
  /** ISO 8601. */
  readonly from: string;
  /** The first moment that is not meant. */
  readonly to: string;
}

export interface Triggers extends Collection<TriggerRef, WorkspaceRef, TriggerResponse> {
  /** A trigger that is not enabled skips what comes. */
  enable(ref: TriggerRef, enabled: boolean, reason?: string): Promise<TriggerResponse>;
  /** @param from ISO 8601; now where it is absent. */
  nextFireTimes(ref: TriggerRef, count: number, from?: string): Promise<readonly FiringTimeResponse[]>;
  /** What an event would come to; of a trigger that is not saved, too, by its properties. */
  test(ref: TriggerRef, event: object, properties?: object): Promise<TriggerTestResponse>;
  /** Of one for webhooks: a new secret, which is shown this once. */
  rotateSecret(ref: TriggerRef): Promise<WebhookSecretResponse>;
  run(ref: TriggerRef, asked: object): Promise<FiringResponse>;
  /** The fire times of a period that passed; those that have a firing are not run again. */
  backfill(ref: TriggerRef, period: Period, overlap: string | undefined): Promise<readonly FiringResponse[]>;
  /** Which fire times `backfill` would run. */
  slots(ref: TriggerRef, period: Period): Promise<readonly FiringTimeResponse[]>;
  /** Ids of firings, or all that failed. */
  replay(ref: TriggerRef, chosen: object): Promise<readonly FiringResponse[]>;
  /** What became of each event, newest first. */
  firings(ref: TriggerRef, decision?: Decision): AsyncGenerator<FiringResponse>;
}

export function triggersOf(anyVersion: HttpApi): Triggers {
  const api = inVersion(anyVersion, ownApiVersion);
  const post = async (ref: TriggerRef, action: string, body?: object) =>
    (await api.send("POST", `${formatId(ref)}/${action}`, body === undefined ? {} : { body })).body;
  return {
    ...collection<TriggerRef, WorkspaceRef, typeof TriggerResponse>(
      api,
      TriggerResponse,
      (ref) => `${formatId(ref)}/triggers`,
    ),
    async enable(ref, enabled, reason) {
      const properties = { enabled, ...(reason === undefined ? {} : { reason }) };
      const { body } = await api.send("PATCH", formatId(ref), { body: { properties } });
      return checked(TriggerResponse, body);
    },
    async nextFireTimes(ref, count, from) {
      const query = { count: String(count), ...(from === undefined ? {} : { from }) };
      const { body } = await api.send("GET", `${formatId(ref)}/nextFireTimes`, { query });
      return checked(FireTimes, body).value;
    },
    test: async (ref, event, properties) =>
      checked(
        TriggerTestResponse,
        await post(ref, "test", { event, ...(properties === undefined ? {} : { properties }) }),
      ),
    rotateSecret: async (ref) => checked(WebhookSecretResponse, await post(ref, "rotateSecret")),
    run: async (ref, asked) => checked(FiringResponse, await post(ref, "run", asked)),
    backfill: async (ref, period, overlap) =>
      checked(
        Firings,
        await post(ref, "backfill", { ...period, ...(overlap === undefined ? {} : { overlap }) }),
      ).value,
    slots: async (ref, period) =>
      checked(FireTimes, await post(ref, "backfill", { ...period, dryRun: true })).value,
    replay: async (ref, chosen) => checked(Firings, await post(ref, "replay", chosen)).value,
    firings: (ref, decision) =>
      items(api, FiringResponse, {
        path: `${formatId(ref)}/firings`,
        query: decision === undefined ? {} : { decision },
      }),
  };
}
