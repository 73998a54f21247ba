// caffeSettings: a solver file (`caffe train -solver=…`) or a Python script; under mpirun when there is more than one
// process.
import { z } from "zod";
import { templateWord } from "../launch/quote.ts";
import { anyText, text, wholeNumber } from "../shared/fields.ts";
import { checkProcessCount, mpiCommand } from "./mpi.ts";
import { pythonCommand } from "./python-script.ts";
import { defineToolkit, onFirstNode, withArguments } from "./toolkit.ts";

export const CaffeSettings = z.object({
  configFilePath: text().optional(),
  pythonScriptFilePath: text().optional(),
  pythonInterpreterPath: text().optional(),
  commandLineArgs: anyText().optional(),
  processCount: wholeNumber(1, 10_000).optional(),
});

export const caffeToolkit = defineToolkit({
  block: "caffeSettings",
  toolType: "caffe",
  settings: CaffeSettings,
  validate: (settings, { nodeCount }) => {
    const { configFilePath, pythonScriptFilePath, pythonInterpreterPath, processCount } = settings;
    if ((configFilePath === undefined) === (pythonScriptFilePath === undefined)) {
      return "configFilePath: give exactly one of configFilePath and pythonScriptFilePath";
    }
    if (configFilePath !== undefined && pythonInterpreterPath !== undefined) {
      return "pythonInterpreterPath: is for Python scripts; leave it out with configFilePath";
    }
    return checkProcessCount(processCount, nodeCount);
  },
  plan: (settings, context) => {
    const { configFilePath, pythonScriptFilePath = "", commandLineArgs } = settings;
    const processCount = settings.processCount ?? context.nodeCount;
    const single =
      configFilePath === undefined
        ? pythonCommand({ ...settings, pythonScriptFilePath }, commandLineArgs)
        : { command: withArguments(`caffe train -solver=${templateWord(configFilePath)}`, commandLineArgs) };
    const command = processCount > 1 ? mpiCommand(single.command, processCount, context) : single.command;
    return [onFirstNode({ ...single, command })];
  },
});
