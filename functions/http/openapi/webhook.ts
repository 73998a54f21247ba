// The description of the one address that takes no token: its senders sign.
import { z } from "zod";
import type {
  ZodOpenApiOperationObject,
  ZodOpenApiResponseObject,
  ZodOpenApiResponsesObject,
} from "zod-openapi";
import { Parameters } from "../../../domain/trigger/event.ts";
import { HeaderValues } from "../../../domain/trigger/webhook.ts";
import { FiringResponse } from "../../../domain/trigger/wire.ts";

const headers: Readonly<Record<keyof typeof HeaderValues.shape, string>> = {
  "webhook-id": "The sender's name for the event, the same however often it is sent",
  "webhook-timestamp": "When it was signed, in seconds since 1970",
  "webhook-signature":
    "`v1,` and the base64 of HMAC-SHA256 over `ID.TIMESTAMP.BODY`; several, parted by blanks",
};

/** @param path the parameters of the route. @param answers those that it has in common with operations. */
export function webhookDescription(
  path: z.ZodObject,
  answers: {
    readonly ok: (schema: z.ZodType) => ZodOpenApiResponseObject;
    readonly refusals: ZodOpenApiResponsesObject;
  },
): ZodOpenApiOperationObject {
  const { shape } = HeaderValues;
  return {
    operationId: "triggers-webhook",
    summary: "Tells a trigger for webhooks of an event",
    description:
      "Takes no token and no api-version: the sender signs as the Standard Webhooks specification has it, with the trigger's secret.",
    security: [],
    requestParams: {
      path,
      header: z.object({
        "webhook-id": shape["webhook-id"].meta({ description: headers["webhook-id"] }),
        "webhook-timestamp": shape["webhook-timestamp"].meta({ description: headers["webhook-timestamp"] }),
        "webhook-signature": shape["webhook-signature"].meta({ description: headers["webhook-signature"] }),
      }),
    },
    requestBody: {
      required: false,
      description: "Parameters of the trigger to replace; none where it is empty",
      content: { "application/json": { schema: Parameters } },
    },
    responses: { "200": answers.ok(FiringResponse), ...answers.refusals },
  };
}
