// Where webhooks come in. Their senders have no token: they sign. The address is that of the trigger, without an api-version.
import type { HttpRequest } from "@azure/functions";
import { notSigned, receiveWebhook } from "../../application/triggers/webhooks.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { longestWebhook, readDelivery, webhookHeaders } from "../../domain/trigger/webhook.ts";
import { firingWire } from "../../domain/trigger/wire.ts";
import type { Services } from "../../services/services.ts";
import type { HttpTrigger } from "../lib/register.ts";
import { checkPath, checkSubscription, identified } from "./lib/guard.ts";
import { requestedRef, routeOf } from "./lib/refs.ts";
import { ok, refused } from "./lib/reply.ts";
import { apiRequest } from "./lib/request.ts";

export const webhookRoute = `${routeOf("trigger")}/webhook`;

export const webhookTrigger: HttpTrigger = {
  name: "triggers-webhook",
  methods: ["POST"],
  route: webhookRoute,
  handle: (request, services) =>
    identified(request, services, async (requestId) => {
      try {
        return await receive(request, services, requestId);
      } catch (error) {
        // Not `Bearer`, as for everybody else.
        if (error instanceof AppError && error.status === 401)
          return refused(error, { "www-authenticate": "Standard-Webhooks" });
        throw error;
      }
    }),
};

async function receive(request: HttpRequest, services: Services, requestId: string) {
  checkPath(request);
  const nobody = { subject: "webhook", tenant: "", roles: [], groups: [] };
  const asked = apiRequest(request, { principal: nobody, requestId }, longestWebhook);
  checkSubscription(asked, services);
  const body = await asked.bytes();
  const delivery = readDelivery((name) => request.headers.get(name) ?? undefined, body);
  if (delivery === undefined)
    throw new AppError(
      "InvalidWebhookSignature",
      `${notSigned().message} Expected the headers ${webhookHeaders.join(", ")}.`,
    );
  const { trigger, firing } = await receiveWebhook(services, requestedRef(asked, "trigger"), delivery);
  return ok(firingWire(trigger, firing));
}
