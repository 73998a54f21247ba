import { command } from "../../command.ts";
import { readConfiguration } from "../../config/settings.ts";
import type { Setting } from "../../config/settings.ts";
import { flag } from "../../options.ts";
import type { Columns } from "../../output/print.ts";
import { printAll, printing } from "../../output/print.ts";

const columns: Columns<Pick<Setting, "name" | "value">> = [
  ["Name", ({ name }) => name],
  ["Value", ({ value }) => value],
];
const withOrigin: Columns<Setting> = [...columns, ["Origin", ({ origin }) => origin]];

export const configList = command({
  examples: ["config list --show-origin"],
  withoutSettings: true,
  options: {
    showOrigin: flag("--show-origin", "which variable, file or profile each comes from"),
    ...printing,
  },
  async run(given, context) {
    const { settings } = await readConfiguration(context);
    if (given.showOrigin) return printAll(settings, withOrigin, given, context);
    const shown = settings.map(({ name, value }) => ({ name, value }));
    await printAll(shown, columns, given, context);
  },
});
