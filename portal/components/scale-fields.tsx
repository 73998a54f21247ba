// How many nodes: a number, or bounds between which a cluster follows its jobs.
import type { Scale } from "../lib/command-lines.ts";
import { NumberField } from "./number-field.tsx";

interface Props {
  readonly scale: Scale;
  /** How many there are now. */
  readonly current: number;
  readonly onChange: (scale: Scale) => void;
}

export function ScaleFields({ scale, current, onChange }: Props) {
  return (
    <>
      <fieldset>
        <legend>Number of nodes</legend>
        <label className="choice">
          <input
            type="radio"
            checked={scale.kind === "manual"}
            onChange={() => onChange({ kind: "manual", nodes: current })}
          />
          a number that I choose
        </label>
        <label className="choice">
          <input
            type="radio"
            checked={scale.kind === "auto"}
            onChange={() => onChange({ kind: "auto", min: 0, max: Math.max(1, current) })}
          />
          as its jobs need
        </label>
      </fieldset>
      {scale.kind === "manual" ? (
        <NumberField
          label="Nodes"
          value={scale.nodes}
          onChange={(nodes) => onChange({ kind: "manual", nodes })}
        />
      ) : (
        <div className="inline-form">
          <NumberField label="At least" value={scale.min} onChange={(min) => onChange({ ...scale, min })} />
          <NumberField label="At most" value={scale.max} onChange={(max) => onChange({ ...scale, max })} />
        </div>
      )}
    </>
  );
}
