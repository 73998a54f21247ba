import { tmpdir } from "node:os";
import { afterEach, expect, it } from "vitest";
import type { Supervision } from "../../../../local/batch-emulator/agent/supervision.ts";
import { supervisorPool } from "../../../../local/batch-emulator/agent/supervisor-pool.ts";
import { silentLogger } from "../../../../local/logger.ts";

const noImage = Buffer.alloc(0);
const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});

/** Supervisors that end every launch at once; tells which of them was given which launch. */
function pool() {
  const taken = new Map<string, number>();
  const supervision: Supervision = {
    procfs: true,
    program: "/bin/sh",
    words: ["-c", "while read -r id; do echo exit 0 alone; done"],
    compose: () => undefined,
    introduce: (pid) => ({
      ancestor: { pid, start: "0" },
      order: (id) => {
        taken.set(id, pid);
        return `${id}\n`;
      },
    }),
  };
  const made = supervisorPool({ directory: tmpdir(), cookie: "test", supervision, logger: silentLogger });
  endings.push(() => made.release());
  return { pool: made, taken };
}

it("a supervisor is used again when its launch left nothing", async () => {
  const { pool: supervisors, taken } = pool();
  await supervisors.supervise("one", noImage);
  await supervisors.supervise("two", noImage);
  expect(taken.get("two")).toBe(taken.get("one"));
});

it("a supervisor that is held takes no other launch, though its own has ended and is forgotten, until it is released", async () => {
  const { pool: supervisors, taken } = pool();
  const ended = supervisors.supervise("one", noImage);
  const first = supervisors.hold("one");
  const second = supervisors.hold("one");
  expect(await ended).toEqual({ kind: "exited", exitCode: 0, isAlone: true });
  supervisors.free("one");
  first?.release();
  await supervisors.supervise("two", noImage);
  expect(taken.get("two")).not.toBe(taken.get("one"));
  second?.release();
  await supervisors.supervise("three", noImage);
  expect(taken.get("three")).toBe(taken.get("one"));
});

it("as many supervisors as were busy at a time take the next launches, too: none is started anew", async () => {
  const { pool: supervisors, taken } = pool();
  const busy = async (round: number) => {
    const ids = Array.from({ length: 20 }, (_, at) => `${round}-${at}`);
    const holds = [];
    for (const id of ids) {
      const ended = supervisors.supervise(id, noImage);
      holds.push(supervisors.hold(id));
      await ended;
    }
    for (const id of ids) supervisors.free(id);
    for (const hold of holds) hold?.release();
    return new Set(ids.map((id) => taken.get(id)));
  };
  const first = await busy(1);
  expect(first.size).toBe(20);
  expect(await busy(2)).toEqual(first);
});
