import { command } from "../../command.ts";
import { printing, printOne } from "../../output/print.ts";
import { triggerColumns } from "../../output/trigger-columns.ts";
import { openService } from "../../service.ts";
import { ofTrigger, refOfNoun } from "../../trigger-options.ts";
import type { Noun } from "../../trigger-options.ts";

export const triggerShow = (noun: Noun) =>
  command({
    examples: [`${noun} show -w lab -n nightly`],
    options: { ...ofTrigger, ...printing },
    async run(given, context) {
      const service = await openService(given, context);
      const ref = await refOfNoun(noun, service, given, given.name);
      await printOne(await service.client.triggers.get(ref), triggerColumns(context.now()), given, context);
    },
  });
