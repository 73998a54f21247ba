// What surrounds every page: where one is, where one can go, who one is; and the keys that work everywhere.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";
import { signOut } from "../api/http.ts";
import type { Session } from "../api/http.ts";
import { areLetterKeysOn, keepLetterKeys } from "../lib/letter-keys.ts";
import { pages } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { applyTheme, storedTheme, themes } from "../lib/theme.ts";
import type { Theme } from "../lib/theme.ts";
import { Dialog } from "./dialog.tsx";
import { DisplayChoice } from "./display-choice.tsx";
import { useShortcuts } from "./shortcuts.ts";
import { t, wordFor } from "../texts/texts.ts";

interface Props {
  readonly session: Session;
  readonly places: readonly Place[];
  readonly place?: Place;
  readonly children: ReactNode;
}

export function Shell({ session, places, place, children }: Props) {
  const [isHelpShown, showHelp] = useState(false);
  const [path, go] = useLocation();
  useShortcuts(place, go, () => showHelp(true));
  useEffect(() => {
    document.title = `${titleOf(path)} · ${productName}`;
    window.scrollTo(0, 0);
  }, [path]);
  return (
    <>
      <a className="skip" href="#content" onClick={focusContent}>
        {t.shell.skip}
      </a>
      <header className="bar">
        <Link href="/" className="brand">
          <span aria-hidden="true" className="logo">
            <i /> <i /> <i /> <i />
          </span>
          <span translate="no">{productName}</span>
        </Link>
        {place !== undefined && (
          <WorkspaceChoice places={places} place={place} onChoose={(chosen) => go(pages.overview(chosen))} />
        )}
        {place !== undefined && <Navigation place={place} path={path} />}
        <div className="bar-end">
          <DisplayChoice />
          <ThemeChoice />
          <button
            type="button"
            className="quiet icon-button"
            aria-label={t.shell.keys}
            onClick={() => showHelp(true)}
          >
            ?
          </button>
          <Account session={session} />
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
      {isHelpShown && <Keys onClose={() => showHelp(false)} />}
    </>
  );
}

/** A jump inside the page must not change the address, which is the page's state. */
function focusContent(event: { preventDefault(): void }): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

function titleOf(path: string): string {
  const [, , , workspace = "", page = "overview", ...names] = path.split("/").map(decodeURIComponent);
  return [names.at(-1), wordFor(page, t.shell.titles), workspace]
    .filter((part) => part !== undefined && part !== "")
    .join(" · ");
}

const productName = "OpenBatchAI";

const links = [
  ["overview", pages.overview],
  ["jobs", pages.jobs],
  ["sweeps", pages.sweeps],
  ["runs", pages.runs],
  ["clusters", pages.clusters],
  ["triggers", pages.triggers],
  ["workflows", pages.workflows],
  ["queue", pages.queue],
  ["costs", pages.costs],
  ["events", pages.events],
] as const;

function Navigation({ place, path }: { place: Place; path: string }) {
  const isHere = (target: string) =>
    path === target || (target !== pages.overview(place) && path.startsWith(`${target}/`));
  return (
    <nav aria-label={t.shell.pages}>
      {links.map(([page, target]) => (
        <Link key={page} href={target(place)} aria-current={isHere(target(place)) ? "page" : undefined}>
          {t.shell.links[page]}
        </Link>
      ))}
    </nav>
  );
}

function WorkspaceChoice(props: {
  places: readonly Place[];
  place: Place;
  onChoose: (place: Place) => void;
}) {
  const { places, place } = props;
  const same = (one: Place) =>
    one.workspace.toLowerCase() === place.workspace.toLowerCase() &&
    one.group.toLowerCase() === place.group.toLowerCase();
  const known = places.some(same) ? places : [place, ...places];
  return (
    <label className="workspace-choice">
      <span className="sr-only">{t.shell.workspace}</span>
      <select
        value={known.findIndex(same)}
        onChange={(event) => {
          const chosen = known[Number(event.target.value)];
          if (chosen !== undefined) props.onChoose(chosen);
        }}
      >
        {known.map(({ group, workspace }, index) => (
          <option key={`${group}/${workspace}`} value={index}>
            {t.shell.workspaceIn(workspace, group)}
          </option>
        ))}
      </select>
    </label>
  );
}

const themeMarks: Readonly<Record<Theme, string>> = { system: "◐", light: "☀", dark: "☾" };

function ThemeChoice() {
  const [theme, choose] = useState(storedTheme);
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? "system";
  return (
    <button
      type="button"
      className="quiet icon-button"
      aria-label={t.shell.theme(t.shell.themes[theme], t.shell.themes[next])}
      onClick={() => {
        applyTheme(next);
        choose(next);
      }}
    >
      <span aria-hidden="true">{themeMarks[theme]}</span>
    </button>
  );
}

function Account({ session }: { session: Session }) {
  const client = useQueryClient();
  const leave = () => void signOut().then(() => client.resetQueries());
  return (
    <div className="account">
      <span title={`${session.subject}: ${session.roles.join(", ")}`} translate="no">
        {session.roles.join(", ") || <span translate="yes">{t.shell.noRole}</span>}
      </span>
      <button type="button" className="quiet" onClick={leave}>
        {t.shell.signOut}
      </button>
    </div>
  );
}

const keyRows = () =>
  [
    ["g o, g j, g s, g c", t.keys.pages],
    ["g r, g t, g w", t.keys.morePages],
    ["g q, g m, g e", t.keys.otherPages],
    ["n", t.keys.newJob],
    ["/", t.keys.filter],
    ["j, k, ↓, ↑", t.keys.rows],
    [t.keys.furtherKeys, t.keys.further],
    [t.keys.selectKeys, t.keys.select],
    [t.keys.openKeys, t.keys.open],
    ["?", t.keys.sheet],
  ] as const;

function Keys({ onClose }: { onClose: () => void }) {
  const [areOn, turn] = useState(areLetterKeysOn);
  return (
    <Dialog title={t.shell.keys} onClose={onClose}>
      <dl className="keys">
        {keyRows().map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <label>
        <input
          type="checkbox"
          checked={areOn}
          onChange={({ target }) => {
            keepLetterKeys(target.checked);
            turn(target.checked);
          }}
        />{" "}
        {t.keys.areOn}
      </label>
    </Dialog>
  );
}
