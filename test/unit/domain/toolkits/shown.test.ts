// What a job's toolkit settings look like to clients: as given, and with what the service fills in.
import { describe, expect, it } from "vitest";
import { jobWire } from "../../../../domain/job/wire.ts";
import { job } from "../samples.ts";

const shown = (block: string, settings: object, nodeCount = 2) =>
  (
    jobWire(job({ customToolkitSettings: undefined, nodeCount, [block]: settings })).properties as Record<
      string,
      unknown
    >
  )[block];
const script = { pythonScriptFilePath: "train.py" };

describe("toolkit settings as clients see them", () => {
  it.each([["chainerSettings"], ["horovodSettings"]])(
    "of %s name the processes that the service chose",
    (block) => {
      expect(shown(block, script)).toEqual({ ...script, processCount: 2 });
      expect(shown(block, { ...script, processCount: 6 })).toEqual({ ...script, processCount: 6 });
    },
  );

  it("of PyTorch name the processes, too", () => {
    const settings = { ...script, communicationBackend: "MPI" };
    expect(shown("pyTorchSettings", settings)).toEqual({ ...settings, processCount: 2 });
  });

  it.each(["gloo", "Gloo", "GLOO", "tcp", "mpi"])(
    "of PyTorch have the backend as it was sent: %s",
    (sent) => {
      expect(shown("pyTorchSettings", { ...script, communicationBackend: sent })).toMatchObject({
        communicationBackend: sent,
      });
    },
  );

  it("of CNTK name the language of a script", () => {
    expect(shown("cntkSettings", script, 1)).toEqual({ ...script, processCount: 1, languageType: "Python" });
    expect(shown("cntkSettings", { configFilePath: "x.cntk" }, 1)).toEqual({
      configFilePath: "x.cntk",
      processCount: 1,
    });
  });

  it("of other toolkits are as given", () => {
    expect(shown("caffe2Settings", script, 1)).toEqual(script);
  });
});
