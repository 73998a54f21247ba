// What a job wrote, folder by folder; a file is downloaded from the storage itself, by a link that is good for an hour.
import { useSearchParams } from "wouter";
import type { JobResponse, OutputFileResponse } from "../../domain/job/wire.ts";
import { useFiles } from "../api/queries.ts";
import { jobPath } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { sizeText } from "../lib/texts.ts";
import { DataState } from "./data-state.tsx";
import { Time } from "./state.tsx";
import { t } from "../texts/texts.ts";
import { FolderLine } from "./folder-line.tsx";
import { TableFrame } from "./table-frame.tsx";

export function JobFiles({ place, experiment, job }: { place: Place; experiment: string; job: JobResponse }) {
  const [query, setQuery] = useSearchParams();
  const directories = ["stdouterr", ...job.properties.outputDirectories.map(({ id }) => id)];
  const directory =
    directories.find((each) => each === query.get("directory")) ?? directories[0] ?? "stdouterr";
  const folder = query.get("folder") ?? ".";
  const files = useFiles(jobPath(place, experiment, job.name), directory, folder);
  const open = (id: string, path: string) =>
    setQuery({ tab: "files", directory: id, folder: path }, { replace: false });
  return (
    <>
      <div role="group" aria-label={t.files.directory} className="segments">
        {directories.map((id) => (
          <button
            key={id}
            type="button"
            aria-pressed={id === directory}
            onClick={() => open(id, ".")}
            translate="no"
          >
            {id}
          </button>
        ))}
      </div>
      {folder !== "." && (
        <FolderLine folder={folder} onUp={(above) => open(directory, above === "" ? "." : above)} />
      )}
      <DataState query={files} what={t.things.files}>
        {(found) => (
          <FileTable
            files={found}
            onFolder={(name) => open(directory, folder === "." ? name : `${folder}/${name}`)}
          />
        )}
      </DataState>
    </>
  );
}

function FileTable({
  files,
  onFolder,
}: {
  files: readonly OutputFileResponse[];
  onFolder: (name: string) => void;
}) {
  if (files.length === 0) return <p className="muted">{t.files.none}</p>;
  return (
    <TableFrame label={t.files.files}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.files.name}</th>
            <th scope="col">{t.files.size}</th>
            <th scope="col">{t.files.changed}</th>
          </tr>
        </thead>
        <tbody>
          {files.map(({ name, fileType, downloadUrl, properties }) => (
            <tr key={name}>
              <th scope="row" translate="no">
                {fileType === "directory" ? (
                  <button type="button" className="link" onClick={() => onFolder(name)}>
                    {name}/
                  </button>
                ) : (
                  <a href={safeLink(downloadUrl)} download={name} rel="noreferrer" target="_blank">
                    {name}
                  </a>
                )}
              </th>
              <td>{properties.contentLength === undefined ? "" : sizeText(properties.contentLength)}</td>
              <td>{properties.lastModified !== undefined && <Time value={properties.lastModified} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
}

/** Nothing but an address of a storage is a link. */
function safeLink(url: string | undefined): string | undefined {
  return url !== undefined && /^https?:\/\//.test(url) ? url : undefined;
}
