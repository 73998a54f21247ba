import { command } from "../../command.ts";
import { usageError } from "../../failure.ts";
import { text, texts } from "../../options.ts";
import { printing, printOne } from "../../output/print.ts";
import { firingColumns } from "../../output/trigger-columns.ts";
import { openService } from "../../service.ts";
import { ofTrigger, refOfNoun } from "../../trigger-options.ts";
import type { Noun } from "../../trigger-options.ts";

export const triggerRun = (noun: Noun) =>
  command({
    examples: [`${noun} run -w lab -n nightly`, `${noun} run -w lab -n nightly --parameter epochs=9`],
    options: {
      ...ofTrigger,
      id: text("--id <id>", "names the run: asking twice with the same is asking once"),
      parameters: texts("--parameter <name=value>", "instead of its own; may be given several times"),
      ...printing,
    },
    async run(given, context) {
      const service = await openService(given, context);
      const ref = await refOfNoun(noun, service, given, given.name);
      const parameters = Object.fromEntries(given.parameters.map(parameterOf));
      const asked = { parameters, ...(given.id === undefined ? {} : { id: given.id }) };
      await printOne(await service.client.triggers.run(ref, asked), firingColumns, given, context);
    },
  });

/** Numbers, true and false are those; anything else is a text. */
function parameterOf(text: string): readonly [string, string | number | boolean] {
  const [, name, value = ""] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined)
    throw usageError(`--parameter ${text}: expected a name and a value, such as epochs=9.`);
  if (value === "true" || value === "false") return [name, value === "true"];
  return [name, /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(value) ? Number(value) : value];
}
