import type { FiringResponse } from "../../../domain/trigger/wire.ts";
import { decisions } from "../../../domain/trigger/firing.ts";
import { command } from "../../command.ts";
import { parsed, wholeNumber } from "../../options.ts";
import { printAll, printing } from "../../output/print.ts";
import { firingColumns } from "../../output/trigger-columns.ts";
import { openService } from "../../service.ts";
import { ofTrigger, refOfNoun } from "../../trigger-options.ts";
import type { Noun } from "../../trigger-options.ts";

const decision = parsed("--decision <decision>", `only ${decisions.join(", ")}`, (text) => {
  const found = decisions.find((one) => one === text);
  if (found !== undefined) return found;
  throw new Error(`It takes one of ${decisions.join(", ")}.`);
});

export const triggerFirings = (noun: Noun) =>
  command({
    examples: [
      `${noun} firings -w lab -n nightly --top 20`,
      `${noun} firings -w lab -n nightly --decision failed`,
    ],
    options: {
      ...ofTrigger,
      decision,
      top: wholeNumber("--top <firings>", "so many of the newest (default: all)"),
      ...printing,
    },
    async run(given, context) {
      const service = await openService(given, context);
      const ref = await refOfNoun(noun, service, given, given.name);
      const { top = Number.POSITIVE_INFINITY } = given;
      const found: FiringResponse[] = [];
      for await (const firing of service.client.triggers.firings(ref, given.decision)) {
        if (found.length >= top) break;
        found.push(firing);
      }
      await printAll(found, firingColumns, given, context);
    },
  });
