import type { TriggerResponse } from "../../../domain/trigger/wire.ts";
import { command } from "../../command.ts";
import type { Context } from "../../command.ts";
import { hint, notify } from "../../hints.ts";
import { required } from "../../options.ts";
import { printing, printOne } from "../../output/print.ts";
import { kindOf, triggerColumns } from "../../output/trigger-columns.ts";
import { openService, triggerRef } from "../../service.ts";
import type { Service } from "../../service.ts";
import { ofTrigger, triggerFile, triggerSpec } from "../../trigger-options.ts";

export const triggerCreate = command({
  examples: ["trigger create -w lab -n arrivals -c nodes -f trigger.json"],
  options: {
    ...ofTrigger,
    ...triggerFile,
    file: required(triggerFile.file),
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const { properties, sending } = await triggerSpec(service, given, context);
    const ref = triggerRef(service, given, given.name);
    const saved = await sending(() => service.client.triggers.create(ref, { properties }));
    await printSaved(saved, service, given, context);
  },
});

/** The trigger, and to a person its next fire times and what can be typed next. */
export async function printSaved(
  saved: TriggerResponse,
  service: Service,
  given: Parameters<typeof printOne>[2] & { readonly workspace: string | undefined },
  context: Context,
): Promise<void> {
  await printOne(saved, triggerColumns(context.now()), given, context);
  const ref = triggerRef(service, given, saved.name);
  const { webhook } = saved.properties;
  if (webhook !== undefined)
    notify(context, `Webhooks go to ${webhook.url}\nTheir secret is shown this once: ${webhook.secret}`);
  const place = `-w ${ref.workspace} -n ${ref.trigger}`;
  if (kindOf(saved) !== "schedule") return hint(context, `trigger firings ${place}`);
  if (context.isTerminal.err) {
    const next = await service.client.triggers.nextFireTimes(ref, 5);
    notify(context, `Fires at ${next.map(({ local }) => local).join(", ")} (its zone's clock)`);
  }
  hint(context, `schedule next ${place}`, `schedule firings ${place}`);
}
