import { command } from "../../command.ts";
import { readUserFile } from "../../config/files.ts";
import type { Columns } from "../../output/print.ts";
import { printAll, printing } from "../../output/print.ts";

interface Row {
  readonly name: string;
  readonly isCurrent: boolean;
  readonly service: string;
  readonly signIn: string | undefined;
}

const columns: Columns<Row> = [
  ["Name", ({ name }) => name],
  ["Current", ({ isCurrent }) => (isCurrent ? "yes" : "")],
  ["Service", ({ service }) => service],
  ["Sign-in", ({ signIn }) => signIn],
];

export const configProfiles = command({
  examples: ["config profiles"],
  withoutSettings: true,
  options: printing,
  async run(given, context) {
    const content = (await readUserFile(context.environment))?.content;
    const rows = Object.entries(content?.profiles ?? {}).map(([name, { settings, cloud, signIn }]) => ({
      name,
      isCurrent: name === content?.current,
      service: settings.endpoint ?? cloud ?? "",
      signIn: signIn?.kind,
    }));
    await printAll<Row>(rows, columns, given, context);
  },
});
