// customToolkitSettings: one command on the first node; the others are prepared, idle and reachable by ssh.
import { z } from "zod";
import { text } from "../shared/fields.ts";
import { defineToolkit } from "./toolkit.ts";

export const CustomToolkitSettings = z.object({ commandLine: text(32_768) });

export const customToolkit = defineToolkit({
  block: "customToolkitSettings",
  toolType: "custom",
  settings: CustomToolkitSettings,
  plan: (settings) => [
    {
      node: 0,
      role: "command",
      index: 0,
      command: settings.commandLine,
      environment: {},
      ends: "required",
      main: true,
    },
  ],
});
