// `batchai sweep update`: other limits, budget or tags. A sweep that is over stays over; `sweep extend` lets it go on.
import { command } from "../../command.ts";
import { usageError } from "../../failure.ts";
import { flag, texts } from "../../options.ts";
import { printing, printOne } from "../../output/print.ts";
import { sweepColumns } from "../../output/sweep-columns.ts";
import { openService, sweepRef } from "../../service.ts";
import { extensionOf, extensionOptions } from "../../sweep-extension.ts";
import { ofSweep } from "../../sweep-options.ts";

export const sweepUpdate = command({
  examples: [
    "sweep update -w lab -e digits -n rates --max-concurrent-trials 2",
    "sweep update -w lab -e digits -n rates --tag team=vision --tag paper",
  ],
  options: {
    ...ofSweep,
    ...extensionOptions,
    tags: texts("--tag <key=value>", "a tag, in place of all that there were; may be given several times"),
    withoutTags: flag("--without-tags", "take all tags away"),
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const { properties, sending } = await extensionOf(given, context);
    const tags = tagsOf(given.tags, given.withoutTags);
    if (properties === undefined && tags === undefined)
      throw usageError("Say what is to be otherwise: a limit, --tag, --without-tags, or -f with a file.");
    const patch = {
      ...(tags === undefined ? {} : { tags }),
      ...(properties === undefined ? {} : { properties }),
    };
    const ref = sweepRef(service, given, given.name);
    const updated = await sending(() => service.client.sweeps.update(ref, patch));
    await printOne(updated, sweepColumns, given, context);
  },
});

/** Undefined: they stay. A key alone has an empty value, as `az` has it. */
function tagsOf(given: readonly string[], withoutTags: boolean): Record<string, string> | undefined {
  if (withoutTags && given.length > 0) throw usageError("Give one of --tag and --without-tags.");
  if (withoutTags) return {};
  if (given.length === 0) return undefined;
  return Object.fromEntries(
    given.map((tag) => {
      const [key = "", ...value] = tag.split("=");
      if (key === "") throw usageError(`--tag takes KEY=VALUE; '${tag}' is none.`);
      return [key, value.join("=")];
    }),
  );
}
