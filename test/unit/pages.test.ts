// Pages that are made of the code are what the code says. After a change: npx vitest run test/unit/pages.test.ts -u
// Starts nothing: it only reads the options of commands.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { format } from "prettier";
import { describe, expect, it, test } from "vitest";
import { timerTriggersOf } from "../../functions/timers/index.ts";
import { usualTriggerInterval } from "../../functions/timers/trigger-interval.ts";
import { commandsPage } from "../support/commands-page.ts";
import { mountsPage } from "../support/mounts/matrix.ts";
import { statusPage } from "../support/status.ts";
import { learningCurves, parallelCoordinates, trialTable } from "../support/sweep-figures.ts";
import type { PlottedTrial } from "../support/sweep-figures.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const formatted = (page: string) =>
  format(page, { parser: "markdown", printWidth: 110, proseWrap: "preserve" });
const read = (file: string) => readFileSync(join(root, file), "utf8");

const pages = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".md"))
  .map((file) => `docs/${file.replaceAll("\\", "/")}`)
  .sort();
const linked = (file: string) =>
  [...read(file).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, target = ""]) =>
    relative(root, join(root, dirname(file), target)),
  );

describe("the generated pages", () => {
  it("tell the commands that there are", async () => {
    await expect(await formatted(await commandsPage())).toMatchFileSnapshot(
      "../../docs/reference/commands.md",
    );
  });

  it("tell what mounts in trouble say", async () => {
    await expect(await formatted(mountsPage())).toMatchFileSnapshot("../../docs/reference/mounts.md");
  });

  it("tell what works", async () => {
    await expect(await formatted(statusPage())).toMatchFileSnapshot("../../docs/status.md");
  });
});

describe("the page on sweeps", () => {
  it.each(["digits", "torch"])(
    "shows figures drawn from the trials of a real run, and their table: %s",
    async (name) => {
      const trials = JSON.parse(read(`docs/how-to/images/${name}-sweep.json`)) as readonly PlottedTrial[];
      const images = "../../docs/how-to/images";
      await expect(learningCurves(trials)).toMatchFileSnapshot(`${images}/${name}-learning-curves.svg`);
      await expect(parallelCoordinates(trials)).toMatchFileSnapshot(`${images}/${name}-parameters.svg`);
      expect(read("docs/how-to/sweeps.md")).toContain(trialTable(trials));
    },
  );
});

test("the page on costs counts the executions of the timers that there are", () => {
  /** How often a day; of what is not the same each day nothing is known here. */
  const perDay = (schedule: string) => {
    const [seconds = "", minutes = "", hours = "", ...days] = schedule.split(" ");
    expect(days, schedule).toEqual(["*", "*", "*"]);
    const times = (field: string, of: number) =>
      field === "*" ? of : field.startsWith("*/") ? of / Number(field.slice(2)) : field.split(",").length;
    return times(seconds, 60) * times(minutes, 60) * times(hours, 24);
  };
  const executions = timerTriggersOf(usualTriggerInterval).reduce(
    (sum, { schedule }) => sum + perDay(schedule),
    0,
  );
  expect(read("docs/how-to/costs.md")).toContain(`${executions.toLocaleString("en")} a day by timers`);
});

describe("the documentation", () => {
  it("has no link that leads nowhere", () => {
    const files = [...pages, "README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"];
    const broken = files.flatMap((file) =>
      linked(file)
        .filter((target) => !existsSync(join(root, target)))
        .map((target) => `${file} → ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it("has every page in its index, and every decision in theirs", () => {
    const inIndex = new Set([...linked("docs/README.md"), ...linked("docs/adr/README.md"), "docs/README.md"]);
    expect(pages.filter((page) => !inIndex.has(page))).toEqual([]);
  });

  it("has a README that is read in one go", () => {
    expect(read("README.md").split("\n").length).toBeLessThanOrEqual(100);
  });
});

test("each decision that explains a file is named by that file", () => {
  const rows = [...read("docs/adr/README.md").matchAll(/^\| +(\d+) .*$/gm)];
  expect(rows.length).toBeGreaterThan(20);
  for (const [row, number] of rows)
    for (const [, file = ""] of row.matchAll(/`([\w./-]+\.(?:ts|sh|mjs|cjs))`/g))
      expect(read(file), `${file} explains itself by ADR ${number}`).toMatch(
        new RegExp(`adr/0*${number}\\b|ADR ${number}\\b`),
      );
});
