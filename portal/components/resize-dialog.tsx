// How many nodes a cluster shall have: a number, or bounds between which it follows its jobs.
import { useState } from "react";
import type { ClusterResponse } from "../../domain/cluster/wire.ts";
import { call } from "../api/http.ts";
import { useRefresh } from "../api/queries.ts";
import { commandLines, scaleSettings } from "../lib/command-lines.ts";
import type { Scale } from "../lib/command-lines.ts";
import { clusterPath } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { ActionDialog } from "./action-dialog.tsx";

export function ResizeDialog({
  place,
  cluster,
  onClose,
}: {
  place: Place;
  cluster: ClusterResponse;
  onClose: () => void;
}) {
  const refresh = useRefresh();
  const [scale, choose] = useState<Scale>(() => scaleOf(cluster));
  return (
    <ActionDialog
      title={`Resize ${cluster.name}`}
      verb="Resize"
      isHarmless
      lines={[commandLines(place, location.origin).resize(cluster.name, scale)]}
      onClose={onClose}
      act={async () => {
        const body = { properties: { scaleSettings: scaleSettings(scale) } };
        await call(clusterPath(place, cluster.name), { method: "PATCH", body });
        refresh();
      }}
    >
      <fieldset>
        <legend>Number of nodes</legend>
        <label className="choice">
          <input
            type="radio"
            checked={scale.kind === "manual"}
            onChange={() => choose({ kind: "manual", nodes: cluster.properties.currentNodeCount })}
          />
          a number that I choose
        </label>
        <label className="choice">
          <input
            type="radio"
            checked={scale.kind === "auto"}
            onChange={() =>
              choose({ kind: "auto", min: 0, max: Math.max(1, cluster.properties.currentNodeCount) })
            }
          />
          as its jobs need
        </label>
      </fieldset>
      {scale.kind === "manual" ? (
        <NumberField
          label="Nodes"
          value={scale.nodes}
          onChange={(nodes) => choose({ kind: "manual", nodes })}
        />
      ) : (
        <div className="inline-form">
          <NumberField label="At least" value={scale.min} onChange={(min) => choose({ ...scale, min })} />
          <NumberField label="At most" value={scale.max} onChange={(max) => choose({ ...scale, max })} />
        </div>
      )}
    </ActionDialog>
  );
}

function scaleOf({ properties: { scaleSettings: found } }: ClusterResponse): Scale {
  const { manual, autoScale } = found;
  if (autoScale !== undefined)
    return { kind: "auto", min: autoScale.minimumNodeCount, max: autoScale.maximumNodeCount };
  return { kind: "manual", nodes: manual?.targetNodeCount ?? 0 };
}

export function NumberField(props: {
  label: string;
  value: number;
  least?: number;
  most?: number;
  onChange: (value: number) => void;
}) {
  return (
    <label>
      {props.label}
      <input
        type="number"
        min={props.least ?? 0}
        max={props.most ?? 1000}
        required
        value={props.value}
        onChange={(event) => props.onChange(Number(event.target.value))}
      />
    </label>
  );
}
