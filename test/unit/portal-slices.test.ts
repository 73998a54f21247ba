// How many lines of parallel coordinates a frame is given: what a browser paints it paints after the drawing.
import { describe, expect, it } from "vitest";
import { linesAfter } from "../../portal/lib/line-budget.ts";

describe("the lines of a frame", () => {
  it("become fewer after a frame that was late, and never none", () => {
    expect(linesAfter(400, 120)).toBe(200);
    let lines = 400;
    for (let frame = 0; frame < 10; frame += 1) lines = linesAfter(lines, 1_000);
    expect(lines).toBe(150);
  });

  it("become more while frames have room, and never so many that one frame holds up the next ones", () => {
    expect(linesAfter(100, 16)).toBe(125);
    let lines = 100;
    for (let frame = 0; frame < 100; frame += 1) lines = linesAfter(lines, 10);
    expect(lines).toBe(400);
  });

  it("stay as they are in between", () => {
    expect(linesAfter(160, 28)).toBe(160);
  });
});
