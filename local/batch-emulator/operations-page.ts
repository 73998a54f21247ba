// Renders the operations table as docs/reference/batch-emulator.md.
import { membersOf } from "./members.ts";
import { dataPlaneVersions, managementVersions } from "./protocol/api-versions.ts";
import { azureRules } from "./service/checks/azure-rules.ts";
import { operations } from "./operations.ts";
import type { Operation, Standing } from "./operations.ts";

const meaning: Readonly<Record<Standing, string>> = {
  emulated: "works as the service does",
  simplified: "answers in the service's shape, with less behind it",
  absent: "answers `501 NotImplemented` in the service's error shape",
};

export function operationsPage(): string {
  const count = (standing: Standing) => operations.filter((one) => one.standing === standing).length;
  const summary = (Object.keys(meaning) as Standing[]).map((standing) => [
    standing,
    String(count(standing)),
    meaning[standing],
  ]);
  return [
    "# Azure Batch emulator: operations and members",
    "",
    "Generated from `local/batch-emulator/operations.ts`; do not edit.",
    "",
    ...table([["standing", "operations", "meaning"], ...summary]),
    "",
    "Which cases of the suites of Azure's own clients pass is in [batch-suites.md](batch-suites.md).",
    "",
    "## Versions",
    "",
    `Data plane: ${dataPlaneVersions.join(", ")}.`,
    "",
    `Management plane: ${managementVersions.join(", ")}.`,
    "",
    "Older versions have the names of their time: `maxTasksPerNode` for `taskSlotsPerNode` and plain counts of tasks before 2020-09-01,",
    "`publicIPs` before 2020-03-01, `/nodeagentskus` before 2019-06-01, `blobSource` and `targetOSVersion` before 2018-12-01.",
    "",
    ...section("Data plane", "data"),
    "",
    ...section("Management plane", "management"),
    "",
    "## Rules of Azure that are enforced",
    "",
    "Generated from `local/batch-emulator/service/checks/azure-rules.ts`. What a folder of this machine could do, and Azure cannot, is refused",
    "here too, so that what works here works there. `batchai emulator --azure-rules off` and `batchai start --azure-rules off` do without these rules;",
    "`batchai start` takes retired sizes in any case, which recipes of 2018 name.",
    "",
    ...table([["what is refused", "answer"], ...azureRules]),
    "",
    "## Members",
    "",
    "Generated from `local/batch-emulator/members.ts`. A line speaks for everything below it that has no line of its own.",
    "`works`: does what the reference of the service says. `recorded`: checked, kept and answered, with nothing here that it",
    "could change. `refused`: answered with an error that says why. A member that is not listed does not exist and is refused.",
    "",
    ...Object.entries(membersOf).flatMap(([title, members]) => [
      `### ${title}`,
      "",
      ...table([
        ["member", "standing", "remark"],
        ...members.map(({ path, standing, how }) => [`\`${path}\``, standing, how ?? ""]),
      ]),
      "",
    ]),
  ].join("\n");
}

function section(title: string, plane: Operation["plane"]): string[] {
  const rows = operations
    .filter((one) => one.plane === plane)
    .map(({ id, method, path, standing, note }) => [id, `\`${method} ${path}\``, standing, note ?? ""]);
  return [`## ${title}`, "", ...table([["operation", "call", "standing", "remark"], ...rows])];
}

/** A Markdown table with aligned columns, as the formatter wants it. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_cell, column) =>
    Math.max(3, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? "").padEnd(width)).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)];
}
