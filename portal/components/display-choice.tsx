// The language of the pages and whose time they show, kept in this browser.
import { useState } from "react";
import { keepDisplay, storedDisplay } from "../lib/display.ts";
import { timesShown } from "../lib/formats.ts";
import type { Times } from "../lib/formats.ts";
import { languages, spokenFor } from "../lib/language.ts";
import { t } from "../texts/texts.ts";
import { Dialog } from "./dialog.tsx";

export function DisplayChoice() {
  const [isOpen, open] = useState(false);
  return (
    <>
      <button
        type="button"
        className="quiet icon-button"
        aria-label={t.display.title}
        onClick={() => open(true)}
      >
        <span aria-hidden="true" translate="no">
          Aa
        </span>
      </button>
      {isOpen && <DisplayDialog onClose={() => open(false)} />}
    </>
  );
}

function DisplayDialog({ onClose }: { onClose: () => void }) {
  const [display] = useState(storedDisplay);
  const [language, choose] = useState(display.language);
  const [times, tell] = useState<Times>(display.times);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const usual = spokenFor("", navigator.languages).language;
  const names: Readonly<Record<string, string>> = languages;
  return (
    <Dialog title={t.display.title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          // All is drawn anew, this dialog with it.
          keepDisplay({ language, times });
          onClose();
        }}
      >
        <label>
          {t.display.language}
          <select value={language} onChange={(event) => choose(event.target.value)}>
            <option value="">{t.display.automatic(names[usual] ?? usual)}</option>
            {[
              ...Object.entries(names),
              ...(language in names || language === "" ? [] : [[language, language]]),
            ].map(([code, name]) => (
              <option key={code} value={code} lang={code} translate="no">
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t.display.times}
          <select value={times} onChange={(event) => tell(event.target.value as Times)}>
            {timesShown.map((each) => (
              <option key={each} value={each}>
                {each === "local" ? t.display.timesShown.local(zone) : t.display.timesShown[each]}
              </option>
            ))}
          </select>
        </label>
        <footer className="actions">
          <button type="button" onClick={onClose}>
            {t.common.cancel}
          </button>
          <button type="submit" className="primary">
            {t.display.use}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
