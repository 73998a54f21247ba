// Starts nothing: help is a text.
import { expect, it } from "vitest";
import { commands } from "../../../cli/commands/index.ts";
import { helpPage } from "../../../cli/help-page.ts";

it.each(commands)("`batchai $name --help` says what it said", async (row) => {
  expect(`\n${helpPage(row, await row.load())}`).toMatchSnapshot();
});
