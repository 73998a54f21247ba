// A new cluster: its size, how it scales, who may log in; everything else as JSON. Secrets are in no command line that is shown.
import { useState } from "react";
import { useLocation } from "wouter";
import { call, CallError } from "../api/http.ts";
import { useRefresh } from "../api/queries.ts";
import { clusterBody, freshCluster, withoutSecrets } from "../lib/cluster-spec.ts";
import type { ClusterDraft } from "../lib/cluster-spec.ts";
import { commandLines } from "../lib/command-lines.ts";
import { clusterPath, pages } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { ActionDialog } from "./action-dialog.tsx";
import { ScaleFields } from "./scale-fields.tsx";
import { t } from "../texts/texts.ts";

const morePlaceholder = `{ "nodeSetup": { "mountVolumes": { "azureFileShares": [ … ] } } }`;

export function NewClusterDialog({ place, onClose }: { place: Place; onClose: () => void }) {
  const refresh = useRefresh();
  const [, go] = useLocation();
  const [draft, setDraft] = useState<ClusterDraft>(freshCluster);
  const change = (changed: Partial<ClusterDraft>) => setDraft({ ...draft, ...changed });
  const body = clusterBody(draft);
  const shown = withoutSecrets(body ?? { properties: {} }) as object;
  return (
    <ActionDialog
      title={t.newCluster.title}
      verb={t.common.create}
      isHarmless
      lines={[commandLines(place, location.origin).createCluster(draft, shown)]}
      onClose={onClose}
      act={async () => {
        if (body === undefined)
          throw new CallError(t.newCluster.noJson, {
            status: 0,
            code: "InvalidRequest",
          });
        await call(clusterPath(place, draft.name), { method: "PUT", body });
        refresh();
        go(pages.cluster(place, draft.name));
      }}
    >
      <Fields draft={draft} onChange={change} isBad={body === undefined} />
    </ActionDialog>
  );
}

function Fields(props: {
  draft: ClusterDraft;
  isBad: boolean;
  onChange: (changed: Partial<ClusterDraft>) => void;
}) {
  const { draft, isBad, onChange } = props;
  const text = (label: string, member: "name" | "vmSize" | "user" | "sshKey", isRequired = true) => (
    <label>
      {label}
      <input
        required={isRequired}
        autoComplete="off"
        value={draft[member]}
        onChange={(event) => onChange({ [member]: event.target.value })}
      />
    </label>
  );
  return (
    <>
      {text(t.newCluster.name, "name")}
      {text(t.newCluster.size, "vmSize")}
      <label>
        {t.newCluster.priority}
        <select
          value={draft.vmPriority}
          onChange={(event) => onChange({ vmPriority: event.target.value as ClusterDraft["vmPriority"] })}
        >
          <option value="dedicated">{t.newCluster.dedicated}</option>
          <option value="lowpriority">{t.newCluster.lowPriority}</option>
        </select>
      </label>
      <ScaleFields scale={draft.scale} current={1} onChange={(scale) => onChange({ scale })} />
      {text(t.newCluster.user, "user")}
      {text(t.newCluster.key, "sshKey", false)}
      <label>
        {t.newCluster.more}
        <textarea
          rows={4}
          className="mono"
          spellCheck={false}
          placeholder={morePlaceholder}
          value={draft.more}
          aria-invalid={isBad}
          onChange={(event) => onChange({ more: event.target.value })}
        />
      </label>
    </>
  );
}
