// Webhooks: a delivery that is signed with the trigger's secret, lately, and that did not come before, is an event. Whoever cannot sign
// learns nothing, not even whether there is such a trigger, and leaves nothing behind.
import { AppError } from "../../domain/shared/errors.ts";
import type { TriggerRef } from "../../domain/shared/resource-id.ts";
import type { TriggerDocument } from "../../domain/trigger/schema.ts";
import { agedSeconds } from "../../domain/trigger/webhook.ts";
import type { Delivery } from "../../domain/trigger/webhook.ts";
import { firingId } from "../../services/firing-names.ts";
import type { StoredFiring } from "../../services/firings.ts";
import type { Services } from "../../services/services.ts";
import { isSigned, newWebhookSecret } from "../../services/webhook-signatures.ts";
import type { Caller } from "../caller.ts";
import { existing } from "../existing.ts";
import { openFiring, scheduleRecheck, settleFiring } from "./firings.ts";
import { recordRequest } from "./record-request.ts";

/** Among the secrets of a trigger; those of its template are named by paths, which begin with `/`. */
export const webhookSecret = "webhook";

/** @throws AppError InvalidWebhookSignature, ExpiredWebhook, WebhookReplayed */
export async function receiveWebhook(
  services: Services,
  ref: TriggerRef,
  delivery: Delivery,
): Promise<{ readonly trigger: TriggerDocument; readonly firing: StoredFiring }> {
  const trigger = await services.state.triggers.get(ref);
  const webhook = trigger?.spec.on.webhook;
  const secrets = trigger === undefined ? undefined : await services.secrets.get(trigger.guid);
  const secret = secrets?.get(webhookSecret);
  // One that nobody knows costs those who guess names as much time.
  const fits = isSigned(typeof secret === "string" ? secret : newWebhookSecret(services.random), delivery);
  const isOpen = webhook !== undefined && trigger?.provisioningState !== "deleting";
  if (trigger === undefined || !isOpen || typeof secret !== "string" || !fits) throw notSigned();
  checkAge(services, delivery, webhook.maxAgeSeconds);
  return { trigger, firing: await take(services, trigger, delivery) };
}

export function notSigned(): AppError {
  return new AppError(
    "InvalidWebhookSignature",
    "The webhook is not signed with the secret of a trigger at this address.",
  );
}

function checkAge(services: Services, delivery: Delivery, maxAgeSeconds: number): void {
  const age = agedSeconds(delivery, maxAgeSeconds, services.clock.now());
  if (age === undefined) return;
  const told = age > 0 ? `${age} s ago` : `${-age} s in the future`;
  throw new AppError(
    "ExpiredWebhook",
    `webhook-timestamp: the delivery was signed ${told}; at most ${maxAgeSeconds} s are allowed.`,
  );
}

async function take(services: Services, trigger: TriggerDocument, delivery: Delivery): Promise<StoredFiring> {
  const { id, timestamp, body } = delivery;
  const event = { kind: "webhook", id, text: textOf(body) } as const;
  const firing = firingId(trigger, event);
  const refuseReplay = (known: StoredFiring | undefined) => {
    if (known?.delivery === timestamp)
      throw new AppError("WebhookReplayed", `The delivery ${id} of this time was received before.`);
  };
  refuseReplay(await services.firings.get(trigger.guid, firing));
  // Before the row: whoever sends it may not come again.
  await scheduleRecheck(services, trigger, { id: firing });
  const opened = await openFiring(services, trigger, event, { delivery: timestamp });
  if (!opened.isNew) refuseReplay(opened.firing);
  // A sender that got no answer signs the same anew: it is told what became of it.
  return settleFiring(services, trigger, opened.firing);
}

function textOf(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch (cause) {
    throw new AppError("MalformedJson", "The body of the webhook is not UTF-8.", { cause });
  }
}

/** The former one is of no use any more. */
export async function rotateWebhookSecret(
  services: Services,
  caller: Caller,
  ref: TriggerRef,
): Promise<string> {
  const trigger = await existing(services, ref);
  if (trigger.spec.on.webhook === undefined)
    throw new AppError("InvalidRequest", `The trigger ${trigger.trigger} waits for no webhook.`);
  await recordRequest(services, caller, trigger, "a new webhook secret requested");
  const secret = newWebhookSecret(services.random);
  const kept = await services.secrets.get(trigger.guid);
  await services.secrets.put(trigger.guid, new Map([...kept, [webhookSecret, secret]]));
  return secret;
}
