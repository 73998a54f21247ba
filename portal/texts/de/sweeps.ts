// The list of sweeps, and one of them.
import { formats } from "../../lib/formats.ts";
import { mixed } from "../mixed.ts";
import type { Texts } from "../texts.ts";

export const sweeps: Texts["sweeps"] = {
  title: "Sweeps",
  filter: "Nach Name, Experiment, Metrik oder Zustand filtern",
  none: "Es gibt keinen Sweep",
  noneNote:
    "Ein Sweep führt einen Job viele Male mit anderen Parametern aus und sucht den besten Wert einer Metrik.",
  createOne: "Einen Sweep anlegen",
  name: "Name",
  experiment: "Experiment",
  state: "Zustand",
  best: "Bester",
  trials: "Trials",
  started: "Gestartet",
  noResult: (metric) => mixed`noch kein Wert von ${metric}`,
  trial: (number) => `Trial ${number}`,
};

export const sweep: Texts["sweep"] = {
  tabsLabel: "Von diesem Sweep",
  sweeps: "Sweeps",
  asJson: "Der Sweep als JSON",
  saveCsv: "Als CSV speichern",
  trialsByState: "Trials nach Zustand",
  best: {
    minimize: (metric) => `Bester Wert von ${metric} (kleiner ist besser)`,
    maximize: (metric) => `Bester Wert von ${metric} (größer ist besser)`,
  },
  notReported: "noch nicht gemeldet",
  bestTrial: "Bester Trial",
  jobAndFiles: (trial) => `${trial}, sein Job und seine Dateien`,
  search: "Suche",
  stopsEarly: "Stoppt früh",
  neverStops: "nein",
  spent: "Verbraucht",
  taken: "Von früheren Trials übernommen",
  nodeHours: (hours) => `${hours} Knotenstunden`,
  nodeHoursAndMoney: (hours, amount, currency) => `${hours} Knotenstunden, ${amount} ${currency}`,
  runningFor: "Läuft seit",
  lasted: "Dauerte",
  ended: "Beendet",
  verbs: {
    resume: { title: "Fortsetzen", says: "Er geht mit dem weiter, was seine Grenzen übrig lassen." },
    extend: { title: "Erweitern", says: "Er geht weiter, bis er insgesamt so viele Trials hat." },
    retry: {
      title: "Fehlgeschlagene wiederholen",
      says: "Jeder fehlgeschlagene Trial läuft mit denselben Parametern noch einmal, als sein nächster Versuch.",
    },
    terminate: { title: "Beenden", says: "Laufende Trials werden beendet; er kann fortgesetzt werden." },
    remove: {
      title: "Löschen",
      says: "Der Sweep geht mit seinen Trials und deren Jobs. Die Ausgabe bleibt.",
    },
  },
  verbOf: (verb, name) => `${verb}: ${name}`,
  sentence: (text) => `${text}.`,
  trialsInAll: (before) => `Trials insgesamt, bisher ${formats.number(before)}`,
};

export const sweepOverview: Texts["sweepOverview"] = {
  bestSoFar: "Bester bisher",
  bestCurve: "bester bisher",
  byTrial: (metric) => `${metric} nach Trial`,
  trial: "Trial",
  parametersAndResult: "Parameter und Ergebnis",
  strengths: "Was mit dem Ergebnis einhergeht",
  strengthsNote: (metric) =>
    mixed`Spearmans Rangkorrelation jeder Zahl mit ${metric}, von −1 bis 1. Sie sieht, was durchweg steigt oder fällt, nicht, was in der Mitte am besten ist.`,
  correlations: "Rangkorrelationen",
  parameter: "Parameter",
  correlation: "Korrelation",
  strength: "Stärke",
  summary: (trials, axes) => `${trials} über ${axes}; dunkler ist besser`,
  draw: (trials) => `${trials}. Entlang einer Achse ziehen, um einige auszuwählen.`,
  chosen: (count, trials) => `${formats.number(count)} von ${trials} ausgewählt.`,
  chooseAll: "Alle auswählen (Esc)",
  clipped: "Das schlechteste Zehntel der Ergebnisse liegt weit ab und steht am Ende seiner Achse.",
  byNumbers: "Mit Zahlen auswählen",
  any: "beliebig",
  from: (axis) => `${axis} von`,
  to: (axis) => `${axis} bis`,
};

export const sweepEmpty: Texts["sweepEmpty"] = {
  noTrial: "Kein Trial hat begonnen",
  firstOnes: "Diese kommen zuerst:",
  allFailed: "Alle Trials sind fehlgeschlagen",
  withExitCode: (trials, code) => `${trials} mit Exit-Code ${code}`,
  unknownCode: "unbekannt",
  jobsHaveLogs: "Ihre Jobs, in der Liste der Trials, haben die Logs.",
  noResult: (metric) => `Noch hat kein Trial ${metric} gemeldet`,
  byFile: "Eine Zeile in der Metrikdatei, aus jedem Programm:",
  reportByFile: "Die Metrik durch eine Datei melden",
  byOthers:
    "Skripte, die an MLflow melden, brauchen nichts; was nur ausgegeben wird, findet ein Ausdruck im Sweep.",
};

export const sweepTrials: Texts["sweepTrials"] = {
  states: "Zustände",
  chosenOnOverview: (count, trials) => `${formats.number(count)} von ${trials}, im Überblick ausgewählt`,
  firstParameters: (first, all) => `, die ersten ${first} von ${all} Parametern`,
  chooseAll: "Alle auswählen",
  trials: "Trials",
  trial: "Trial",
  state: "Zustand",
  attempt: "Versuch",
  exitCode: "Exit-Code",
  taken: "übernommen",
  takenWhy: "Er hat das Ergebnis eines früheren Trials übernommen und lief nicht",
};

export const sweepCurves: Texts["sweepCurves"] = {
  howMany: "Wie viele Trials",
  best: (count) => `die besten ${count}`,
  chosen: (curves, trials) => `${curves}; ${trials} ausgewählt`,
  noneReported: (metric) => `Keiner dieser Trials hat ${metric} gemeldet.`,
};

export const sweepDecisions: Texts["sweepDecisions"] = {
  none: "Nichts wurde entschieden",
  noPolicy:
    "Der Sweep hat keine Stoppregel: jeder Trial läuft bis zum Ende. Wer das ändern will, erweitert ihn mit einer.",
  notYet: (policy) => `Die Regel ${policy} entscheidet, wenn Trials melden; so weit ist noch keiner.`,
  numberOfTrial: "Nummer eines Trials",
  trialKey: "Trial (/)",
  verdicts: "Urteile",
  stop: "■ stoppt",
  continue: "▶ läuft weiter",
  decisions: "Entscheidungen",
  trial: "Trial",
  step: "Schritt",
  verdict: "Urteil",
  value: "Wert",
  cutOff: "Grenze",
  rank: "Rang",
  rankOf: (rank, of) => `${rank} von ${of}`,
  why: "Warum",
};
