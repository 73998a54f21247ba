// The toolkits that jobs can use. A new framework is a file of its own and a line here.
import { caffeToolkit } from "./caffe.ts";
import { caffe2Toolkit } from "./caffe2.ts";
import { chainerToolkit } from "./chainer.ts";
import { cntkToolkit } from "./cntk.ts";
import { customMpiToolkit } from "./custom-mpi.ts";
import { customToolkit } from "./custom.ts";
import { horovodToolkit } from "./horovod.ts";
import { pyTorchToolkit } from "./py-torch.ts";
import { tensorFlowToolkit } from "./tensor-flow.ts";
import type { Toolkit } from "./toolkit.ts";

export const toolkits: readonly Toolkit[] = [
  customToolkit,
  customMpiToolkit,
  tensorFlowToolkit,
  pyTorchToolkit,
  horovodToolkit,
  chainerToolkit,
  cntkToolkit,
  caffeToolkit,
  caffe2Toolkit,
];

export function toolkitOf(block: string): Toolkit {
  const found = toolkits.find((toolkit) => toolkit.block === block);
  if (found === undefined) throw new Error(`no toolkit is registered for '${block}'`);
  return found;
}
