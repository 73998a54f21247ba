import { command } from "../../command.ts";
import { changeSetting, ofSetting } from "../../config/change-setting.ts";

export const configUnset = command({
  examples: ["config unset workspace", "config unset experiment --project"],
  withoutSettings: true,
  words: { usage: "<name>", description: "the setting that shall not be kept" },
  options: ofSetting,
  run: (given, context, [name = ""]) => changeSetting({ name, value: undefined }, given, context),
});
