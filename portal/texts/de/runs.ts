import { formats } from "../../lib/formats.ts";
import type { Texts } from "../texts.ts";

export const runs: Texts["runs"] = {
  title: "Läufe",
  backToList: "Zurück zur Liste",
  openingComparison: "Der Vergleich wird geöffnet …",
  search: "Suchen",
  andMore: ", und weitere",
  selectNone: "Keine auswählen",
  compare: "Vergleichen",
  readingMore: "Weitere Läufe werden gelesen …",
  more: "Weitere Läufe",
  run: "Lauf",
  experiment: "Experiment",
  trial: "Trial",
  status: "Status",
  started: "Gestartet",
  duration: "Dauer",
  noneFound: "So ist kein Lauf",
  noneFoundNote:
    "Eine Metrik wird nach ihrem letzten Wert verglichen; was keine dieses Namens hat, wird nicht gefunden. Texte stehen in einfachen Anführungszeichen, Parameter immer.",
  withoutFilter: "Ohne den Filter suchen",
  none: "Es gibt noch keinen Lauf",
  noneNote: "Jeder Job ist ein Lauf, und jeder Trial eines Sweeps. Aus einem Notebook:",
  begin: "Einen Lauf beginnen",
  filesByCommandLine: "Die Dateien als Befehlszeile",
};

export const runColumns: Texts["runColumns"] = {
  columns: (shown, all) => `Spalten: ${formats.number(shown)} von ${formats.number(all)}`,
  filter: "Die Spalten nach dem Namen filtern",
  name: "Name",
  usual: "Die üblichen",
  none: "Keine",
  metrics: "Metriken, von jeder der letzte Wert",
  parameters: "Parameter",
};

export const runComparison: Texts["runComparison"] = {
  noneSelected: "Kein Lauf ist ausgewählt",
  selectSome: "In der Liste einige auswählen.",
  firstCompared: (first, all) => `Verglichen werden die ersten ${first} von ${formats.number(all)}.`,
  reading: "Die Läufe werden gelesen …",
  runsByCommandLine: "Die Läufe auf der Befehlszeile",
  whatItIs: "Was er ist",
  whereTheyDiffer: "Worin sie sich unterscheiden",
  differ: (parameters, metrics) => `${parameters}, ${metrics}`,
  sameInAll: (count) => `; ${formats.count(count, { one: "ist", other: "sind" })} in allen gleich`,
  alsoSame: "Auch, was gleich ist",
  sideBySide: "Läufe nebeneinander",
  what: "Was",
  leaveOut: (name) => `${name} weglassen`,
  parameters: "Parameter",
  lastValues: "Metriken, letzte Werte",
  firstOf: (first, all) => `: die ersten ${first} von ${formats.number(all)}`,
  noMetric: "Keiner von ihnen hat eine Metrik.",
  curves: "Kurven",
  atMostDrawn: (most) => `Metriken, höchstens ${most} werden gezeichnet`,
};
