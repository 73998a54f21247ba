// Workflows: the list, and one of them with its graph.
import { formats } from "../../lib/formats.ts";
import type { Texts } from "../texts.ts";

export const workflows: Texts["workflows"] = {
  title: "Abläufe",
  none: "Es gibt keinen Ablauf",
  noneNote:
    "Ein Ablauf ist da, sobald ein Trigger vom Ende eines Jobs oder Sweeps erfährt. Dieser startet einen Job am Ende jedes Jobs train-…:",
  createTrigger: "Einen Trigger anlegen",
  showMore: "Mehr anzeigen",
  andMore: " und mehr",
  firstStep: "Erster Schritt",
  state: "Zustand",
  steps: "Schritte",
  started: "Gestartet",
  ended: "Beendet",
  trigger: "Trigger",
  done: (done, all) => `${formats.number(done)} von ${formats.number(all)} fertig`,
  doneAndFailed: (done, failed) => `${done}, ${formats.number(failed)} fehlgeschlagen`,
};

export const workflow: Texts["workflow"] = {
  title: "Ablauf",
  restart: "Ab dem Fehler neu starten",
  restartVerb: "Neu starten",
  restartTitle: "Den Ablauf neu starten",
  restartNote:
    "Jeder fehlgeschlagene Schritt startet durch dasselbe Ereignis neu, mit dem, was damals übergeben wurde, als Job mit anderem Namen. Die Schritte davor bleiben; die danach folgen.",
  more: "Es gibt mehr Schritte, als hier stehen.",
  steps: "Schritte",
  asTable: "Schritte als Tabelle",
  step: "Schritt",
  state: "Zustand",
  follows: "Folgt auf",
  started: "Gestartet",
  decision: "Entscheidung",
  handedOver: "Übergeben",
  began: "Beginn",
  ended: "Ende",
  restarts: (count) => formats.count(count, { one: "Neustart", other: "Neustarts" }),
};

export const workflowGraph: Texts["workflowGraph"] = {
  label: "Schritte des Ablaufs; Pfeile führen von einem zum nächsten",
  first: (name, state) => `${name}: ${state}, der erste`,
  follows: (name, state, before) => `${name}: ${state}, folgt auf ${before}`,
};
