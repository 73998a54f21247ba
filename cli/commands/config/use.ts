import { command } from "../../command.ts";
import { changeUserFile } from "../../config/files.ts";
import { CommandError } from "../../failure.ts";
import { notify } from "../../hints.ts";
import { exitCodes } from "../../output/exit-codes.ts";

export const configUse = command({
  examples: ["config use work", "config use local"],
  withoutSettings: true,
  words: { usage: "<profile>", description: "the profile that shall be current" },
  options: {},
  async run(_given, context, [name = ""]) {
    await changeUserFile(context.environment, (content) => {
      if (Object.hasOwn(content.profiles, name)) return { ...content, current: name };
      const known = Object.keys(content.profiles).join(", ");
      throw new CommandError(
        `There is no profile '${name}'; ${known === "" ? "there are none yet: batchai login" : `there are ${known}`}.`,
        exitCodes.notFound,
      );
    });
    notify(context, `Profile '${name}' is current.`);
  },
});
