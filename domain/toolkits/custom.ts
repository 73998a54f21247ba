// customToolkitSettings: one command on the first node; the others are prepared, idle and reachable by ssh.
import { z } from "zod";
import { text } from "../shared/fields.ts";
import { defineToolkit, onFirstNode } from "./toolkit.ts";

export const CustomToolkitSettings = z.object({ commandLine: text(32_768) });

export const customToolkit = defineToolkit({
  block: "customToolkitSettings",
  toolType: "custom",
  settings: CustomToolkitSettings,
  plan: ({ commandLine }) => [onFirstNode({ command: commandLine })],
});
