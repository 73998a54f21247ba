import { command } from "../../command.ts";
import { changeSetting, ofSetting } from "../../config/change-setting.ts";
import { usageError } from "../../failure.ts";

export const configSet = command({
  examples: [
    "config set workspace lab",
    "config set cluster gpu --profile work",
    "config set experiment digits --project",
  ],
  withoutSettings: true,
  words: { usage: "<name> <value>", description: "the setting and what it shall be" },
  options: ofSetting,
  async run(given, context, [name = "", value = "", ...more]) {
    if (value === "" || more.length > 0) throw usageError("Say the name of a setting and its value.");
    await changeSetting({ name, value }, given, context);
  },
});
