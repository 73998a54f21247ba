// How many nodes: a number, or bounds between which a cluster follows its jobs.
import type { Scale } from "../lib/command-lines.ts";
import { NumberField } from "./number-field.tsx";
import { t } from "../texts/texts.ts";

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
        <legend>{t.scaleFields.legend}</legend>
        <label className="choice">
          <input
            type="radio"
            checked={scale.kind === "manual"}
            onChange={() => onChange({ kind: "manual", nodes: current })}
          />
          {t.scaleFields.chosen}
        </label>
        <label className="choice">
          <input
            type="radio"
            checked={scale.kind === "auto"}
            onChange={() => onChange({ kind: "auto", min: 0, max: Math.max(1, current) })}
          />
          {t.scaleFields.asNeeded}
        </label>
      </fieldset>
      {scale.kind === "manual" ? (
        <NumberField
          label={t.scaleFields.nodes}
          value={scale.nodes}
          onChange={(nodes) => onChange({ kind: "manual", nodes })}
        />
      ) : (
        <div className="inline-form">
          <NumberField
            label={t.scaleFields.atLeast}
            value={scale.min}
            onChange={(min) => onChange({ ...scale, min })}
          />
          <NumberField
            label={t.scaleFields.atMost}
            value={scale.max}
            onChange={(max) => onChange({ ...scale, max })}
          />
        </div>
      )}
    </>
  );
}
