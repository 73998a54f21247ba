// The job or the sweep that an event comes to: the template of the trigger with the event's values in their places.
import { JobRequest } from "../../domain/job/schema.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { parse } from "../../domain/shared/parse.ts";
import { SweepRequest } from "../../domain/sweep/spec.ts";
import { formatId } from "../../domain/shared/resource-id.ts";
import { onCluster, templateOf } from "../../domain/trigger/action.ts";
import type { Template } from "../../domain/trigger/action.ts";
import { valuesOf } from "../../domain/trigger/event.ts";
import type { Firing } from "../../domain/trigger/firing.ts";
import type { TriggerDocument } from "../../domain/trigger/schema.ts";
import { withSecrets } from "../../domain/trigger/template-secrets.ts";
import { render } from "../../domain/trigger/template.ts";
import type { Services } from "../../services/services.ts";
import { onDemandRef } from "../on-demand-clusters.ts";
import { handedOver } from "./handed-over.ts";
import type { Outputs } from "./handed-over.ts";

export type Rendered = (
  | { readonly kind: "job"; readonly request: JobRequest }
  | { readonly kind: "sweep"; readonly request: SweepRequest }
) & {
  /** What was handed over. */
  readonly outputs: Outputs;
};

/** For the cluster that the trigger makes, where it makes one. @throws AppError InvalidRequest where the template names another. */
function templateFor(trigger: TriggerDocument): Template {
  const { action } = trigger.spec;
  const template = templateOf(action);
  if (action.cluster === undefined) return template;
  const found = onCluster(template, formatId(onDemandRef(trigger, action.cluster)));
  if (found !== undefined) return found;
  throw new AppError(
    "InvalidRequest",
    `the template names another cluster than '${action.cluster.name}', which action.cluster makes; leave cluster out of the template`,
  );
}

/** @param known instead of what the job or the sweep that ended hands over. @throws AppError InvalidRequest when the event does not fit the template. */
export async function renderedAction(
  services: Services,
  trigger: TriggerDocument,
  firing: Pick<Firing, "id" | "event">,
  known?: Outputs,
): Promise<Rendered> {
  const { spec } = trigger;
  const { kind, body: template } = templateFor(trigger);
  const names = { trigger: trigger.trigger, firing: firing.id };
  const values = valuesOf(spec, firing.event, names, new Date(services.clock.now()));
  if (values.kind === "refused") throw new AppError("InvalidRequest", values.problem);
  const outputs = known ?? (await handedOver(services, trigger, firing.event));
  const rendered = render(template, { ...values.values, ...outputs });
  if (rendered.kind === "refused") throw new AppError("InvalidRequest", rendered.problem);
  // After the values: a secret is no template.
  const body = withSecrets(rendered.value, await services.secrets.get(trigger.guid));
  const what = `The ${kind} that the trigger makes`;
  return kind === "sweep"
    ? { kind, request: parse(SweepRequest, body, { what }), outputs }
    : { kind, request: parse(JobRequest, body, { what }), outputs };
}
