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
import { ScaleFields } from "./scale-fields.tsx";
import { t } from "../texts/texts.ts";

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
      title={t.cluster.resizeOne(cluster.name)}
      verb={t.cluster.resize}
      isHarmless
      lines={[commandLines(place, location.origin).resize(cluster.name, scale)]}
      onClose={onClose}
      act={async () => {
        const body = { properties: { scaleSettings: scaleSettings(scale) } };
        await call(clusterPath(place, cluster.name), { method: "PATCH", body });
        refresh();
      }}
    >
      <ScaleFields scale={scale} current={cluster.properties.currentNodeCount} onChange={choose} />
    </ActionDialog>
  );
}

function scaleOf({ properties: { scaleSettings: found } }: ClusterResponse): Scale {
  const { manual, autoScale } = found;
  if (autoScale !== undefined)
    return { kind: "auto", min: autoScale.minimumNodeCount, max: autoScale.maximumNodeCount };
  return { kind: "manual", nodes: manual?.targetNodeCount ?? 0 };
}
