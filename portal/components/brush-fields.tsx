// The brushes of parallel coordinates as fields: for the keyboard, and for exact bounds.
import type { Axis, Brush, Brushes } from "../lib/parallel.ts";
import { labelOn } from "../lib/parallel.ts";
import { t } from "../texts/texts.ts";

interface Props {
  readonly axes: readonly Axis[];
  readonly brushes: Brushes;
  readonly onChange: (axis: Axis, brush: Brush | undefined) => void;
}

export function BrushFields({ axes, brushes, onChange }: Props) {
  return (
    <details className="brush-fields">
      <summary>{t.sweepOverview.byNumbers}</summary>
      <div className="brush-grid">
        {axes.map((axis) => (
          <AxisFields
            key={axis.name}
            axis={axis}
            brush={brushes[axis.name]}
            onChange={(brush) => onChange(axis, brush)}
          />
        ))}
      </div>
    </details>
  );
}

interface AxisFieldsProps {
  readonly axis: Axis;
  readonly brush: Brush | undefined;
  readonly onChange: (brush: Brush | undefined) => void;
}

function AxisFields({ axis, brush, onChange }: AxisFieldsProps) {
  if (axis.kind === "choice")
    return (
      <label>
        <span translate="no">{axis.title}</span>
        <select
          value={brush === undefined ? "" : String(Math.round(brush[0]))}
          onChange={({ target: { value } }) =>
            onChange(value === "" ? undefined : [Number(value), Number(value)])
          }
        >
          <option value="">{t.sweepOverview.any}</option>
          {axis.choices.map((_, index) => (
            <option key={index} value={index} translate="no">
              {labelOn(axis, index)}
            </option>
          ))}
        </select>
      </label>
    );
  const [from, to] = brush ?? [axis.low, axis.high];
  const field = (which: "from" | "to", value: number) => (
    <label>
      {t.sweepOverview[which](axis.title)}
      <input
        type="number"
        step="any"
        value={Number(value.toPrecision(5))}
        onChange={({ target }) => {
          const typed = Number(target.value);
          if (target.value !== "") onChange(which === "from" ? [typed, to] : [from, typed]);
        }}
      />
    </label>
  );
  return (
    <>
      {field("from", from)}
      {field("to", to)}
    </>
  );
}
