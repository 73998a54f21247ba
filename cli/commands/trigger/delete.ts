import { command } from "../../command.ts";
import { confirmed, confirming } from "../../confirmation.ts";
import { openService } from "../../service.ts";
import { ofTrigger, refOfNoun } from "../../trigger-options.ts";
import type { Noun } from "../../trigger-options.ts";

export const triggerDelete = (noun: Noun) =>
  command({
    examples: [`${noun} delete -w lab -n nightly -y`],
    options: { ...ofTrigger, ...confirming },
    async run(given, context) {
      confirmed(given, `This deletes the ${noun} '${given.name}'; jobs that it started stay.`);
      const service = await openService(given, context);
      const ref = await refOfNoun(noun, service, given, given.name);
      await service.client.triggers.delete(ref, { wait: given.wait });
    },
  });
