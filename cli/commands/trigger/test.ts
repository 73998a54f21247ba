import { command } from "../../command.ts";
import { required, text } from "../../options.ts";
import { printing, printOne } from "../../output/print.ts";
import { testColumns } from "../../output/trigger-columns.ts";
import { openService, triggerRef } from "../../service.ts";
import { readJson } from "../../spec/read-spec.ts";
import { ofTrigger, refOfNoun, triggerFile, triggerSpec } from "../../trigger-options.ts";
import type { Noun } from "../../trigger-options.ts";

export const triggerTest = (noun: Noun) =>
  command({
    examples: [
      `${noun} test -w lab -n arrivals --event event.json`,
      `${noun} test -w lab -n arrivals --event event.json -c nodes -f trigger.json`,
    ],
    options: {
      ...ofTrigger,
      event: required(text("--event <file>", "a sample event, as `firings` shows them")),
      ...triggerFile,
      ...printing,
    },
    async run(given, context) {
      const service = await openService(given, context);
      const event = await readJson(given.event, context.directory);
      const { file } = given;
      const spec = file === undefined ? undefined : await triggerSpec(service, { ...given, file }, context);
      const ref =
        spec === undefined
          ? await refOfNoun(noun, service, given, given.name)
          : triggerRef(service, given, given.name);
      const send = () => service.client.triggers.test(ref, event, spec?.properties);
      await printOne(await (spec?.sending(send) ?? send()), testColumns, given, context);
    },
  });
