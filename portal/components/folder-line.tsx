// The folder that a list of files shows, and the way to the one above it.
import { t } from "../texts/texts.ts";

/** @param onUp gets the folder above; "" is the first of all. */
export function FolderLine({ folder, onUp }: { folder: string; onUp: (above: string) => void }) {
  return (
    <p>
      <code>{folder}</code>{" "}
      <button type="button" onClick={() => onUp(folder.split("/").slice(0, -1).join("/"))}>
        {t.files.up}
      </button>
    </p>
  );
}
