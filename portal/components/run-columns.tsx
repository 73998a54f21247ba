// Which parameters and metrics are columns of the list of runs.
import { useState } from "react";
import { fieldText } from "../lib/runs.ts";
import type { Field } from "../lib/runs.ts";
import { t } from "../texts/texts.ts";

const mostListed = 100;

interface Props {
  readonly metrics: readonly Field[];
  readonly params: readonly Field[];
  readonly shown: readonly Field[];
  readonly onChange: (fields: readonly Field[] | undefined) => void;
}

export function RunColumns({ metrics, params, shown, onChange }: Props) {
  const [text, type] = useState("");
  const names = shown.map(fieldText);
  const toggle = (field: Field) =>
    onChange(
      names.includes(fieldText(field))
        ? shown.filter((each) => fieldText(each) !== fieldText(field))
        : [...shown, field],
    );
  const listed = (fields: readonly Field[]) =>
    fields.filter(({ name }) => name.toLowerCase().includes(text.toLowerCase()));
  return (
    <details className="run-columns">
      <summary>{t.runColumns.columns(names.length, metrics.length + params.length)}</summary>
      <div className="filters">
        <label>
          <span className="sr-only">{t.runColumns.filter}</span>
          <input
            type="search"
            placeholder={t.runColumns.name}
            value={text}
            onChange={(event) => type(event.target.value)}
          />
        </label>
        <button type="button" onClick={() => onChange(undefined)}>
          {t.runColumns.usual}
        </button>
        <button type="button" onClick={() => onChange([])}>
          {t.runColumns.none}
        </button>
      </div>
      <Choices legend={t.runColumns.metrics} fields={listed(metrics)} names={names} onToggle={toggle} />
      <Choices legend={t.runColumns.parameters} fields={listed(params)} names={names} onToggle={toggle} />
    </details>
  );
}

function Choices(props: {
  legend: string;
  fields: readonly Field[];
  names: readonly string[];
  onToggle: (field: Field) => void;
}) {
  const { legend, fields, names, onToggle } = props;
  if (fields.length === 0) return null;
  return (
    <fieldset>
      <legend>{legend}</legend>
      <div className="choices">
        {fields.slice(0, mostListed).map((field) => (
          <label key={fieldText(field)} className="choice" translate="no">
            <input
              type="checkbox"
              checked={names.includes(fieldText(field))}
              onChange={() => onToggle(field)}
            />
            {field.name}
          </label>
        ))}
      </div>
      {fields.length > mostListed && (
        <p className="muted">{t.counts.firstOfFilter(mostListed, fields.length)}</p>
      )}
    </fieldset>
  );
}
