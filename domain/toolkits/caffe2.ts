// caffe2Settings: one process per node with its rank in AZ_BATCHAI_TASK_INDEX. The processes meet through files in
// AZ_BATCHAI_SHARED_JOB_TEMP, so several nodes need a directory that they really share.
import { z } from "zod";
import { pythonCommand, pythonFields } from "./python-script.ts";
import { defineToolkit } from "./toolkit.ts";

export const Caffe2Settings = z.object(pythonFields);

export const caffe2Toolkit = defineToolkit({
  block: "caffe2Settings",
  toolType: "caffe2",
  settings: Caffe2Settings,
  validate: (_settings, { hasSharedTemp }) =>
    hasSharedTemp
      ? undefined
      : "pythonScriptFilePath: Caffe2 on several nodes meets in $AZ_BATCHAI_SHARED_JOB_TEMP, which needs an Azure file share; mount one on the cluster or the job",
  plan: (settings, { nodeCount }) =>
    Array.from({ length: nodeCount }, (_, node) => ({
      node,
      role: "worker",
      index: node,
      ...pythonCommand(settings, settings.commandLineArgs),
      environment: { AZ_BATCHAI_TASK_INDEX: String(node) },
      ends: "required" as const,
      main: node === 0,
      log: String(node),
    })),
});
