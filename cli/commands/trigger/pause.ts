// `pause` and `resume`: of one, several, or all of a workspace.
import { all } from "../../../client/paging.ts";
import type { TriggerRef } from "../../../domain/shared/resource-id.ts";
import type { TriggerResponse } from "../../../domain/trigger/wire.ts";
import { command } from "../../command.ts";
import { usageError } from "../../failure.ts";
import { flag, text, texts } from "../../options.ts";
import { printAll, printing } from "../../output/print.ts";
import { kindOf, triggerColumns } from "../../output/trigger-columns.ts";
import { inWorkspace, openService, triggerRef, workspaceRef } from "../../service.ts";
import type { Service } from "../../service.ts";
import { refOfNoun } from "../../trigger-options.ts";
import type { Noun } from "../../trigger-options.ts";

const some = {
  ...inWorkspace,
  names: texts("-n, --name <name>", "its name; may be given several times"),
  all: flag("--all", "all of the workspace"),
};

export const triggerPause = (noun: Noun) =>
  command({
    examples: [
      `${noun} pause -w lab -n nightly --reason "the data is being moved"`,
      `${noun} pause -w lab --all --reason "end of the quarter"`,
    ],
    options: { ...some, reason: text("--reason <sentence>", "why; whoever looks sees it"), ...printing },
    async run(given, context) {
      const service = await openService(given, context);
      const chosen = await refsOf(noun, service, given);
      const { triggers } = service.client;
      const paused: TriggerResponse[] = [];
      for (const ref of chosen) paused.push(await triggers.enable(ref, false, given.reason));
      await printAll(paused, triggerColumns(context.now()), given, context);
    },
  });

export const triggerResume = (noun: Noun) =>
  command({
    examples: [`${noun} resume -w lab -n nightly`],
    options: { ...some, ...printing },
    async run(given, context) {
      const service = await openService(given, context);
      const chosen = await refsOf(noun, service, given);
      const resumed: TriggerResponse[] = [];
      for (const ref of chosen) resumed.push(await service.client.triggers.enable(ref, true));
      await printAll(resumed, triggerColumns(context.now()), given, context);
    },
  });

async function refsOf(
  noun: Noun,
  service: Service,
  given: {
    readonly workspace: string | undefined;
    readonly names: readonly string[];
    readonly all: boolean;
  },
): Promise<readonly TriggerRef[]> {
  if (given.all === given.names.length > 0) throw usageError("Name them with -n, or say --all.");
  if (given.all) {
    const found = await all(service.client.triggers.list(workspaceRef(service, given)));
    const meant = found.filter((trigger) => noun === "trigger" || kindOf(trigger) === noun);
    return meant.map(({ name }) => triggerRef(service, given, name));
  }
  return Promise.all(given.names.map((name) => refOfNoun(noun, service, given, name)));
}
