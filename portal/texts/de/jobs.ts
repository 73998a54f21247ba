// The list of jobs, one of them, and new ones.
import { formats } from "../../lib/formats.ts";
import { mixed } from "../mixed.ts";
import type { Texts } from "../texts.ts";

export const jobs: Texts["jobs"] = {
  title: "Jobs",
  newJob: "Neuer Job",
  soFar: " bisher, weitere werden gelesen",
  filter: "Nach Name, Experiment, Cluster, Toolkit oder Fehler filtern",
  states: "Zustände",
  ofAllClusters: (cluster) => `Von allen Clustern, nicht nur von ${cluster}`,
  ofCluster: (cluster) => `Cluster ${cluster} ✕`,
  none: "Es gibt noch keinen Job",
  submitOr: (submit) => mixed`${submit}, oder ein Programm in seinem Ordner von dort ausführen:`,
  submitHere: "Hier einen starten",
  runProgram: "Ein Programm ausführen",
  name: "Name",
  state: "Zustand",
  experiment: "Experiment",
  cluster: "Cluster",
  nodes: "Knoten",
  tool: "Toolkit",
  ranFor: "Laufzeit",
  submitted: "Gestellt",
};

export const bulk: Texts["bulk"] = {
  terminate: (found) => `${found} beenden`,
  delete: (found) => `${found} löschen`,
  terminateNote: "Was läuft, wird beendet; was wartet, startet nie. Die Ausgabe bleibt.",
  deleteNote:
    "Es verschwindet aus allen Listen; was noch läuft, wird vorher beendet. Die Ausgabe bleibt im Speicher.",
  accepted: (done, all) => `${done} von ${all} wurden angenommen.`,
};

export const job: Texts["job"] = {
  tabsLabel: "Von diesem Job",
  openingMetrics: "Die Metriken werden geöffnet …",
  jobs: "Jobs",
  clone: "Kopieren",
  cluster: "Cluster",
  nodes: "Knoten",
  toolkit: "Toolkit",
  priority: "Priorität",
  atMost: "Höchstens",
  exitCode: "Exit-Code",
  timeline: "Zustände in der Zeit",
};

export const why: Texts["why"] = {
  titles: {
    queued: "Warum er wartet",
    running: "Warum er so lange braucht",
    failed: "Warum er fehlgeschlagen ist",
  },
  because: "Denn",
  whatHelps: "Was hilft",
  byCommandLine: "Die Gründe auf der Befehlszeile",
};

export const attempts: Texts["attempts"] = {
  notKept: (count) =>
    count === 1
      ? "Der erste ist nicht aufbewahrt."
      : `Die ersten ${formats.number(count)} sind nicht aufbewahrt.`,
  start: (start) => `, Start ${start}`,
  after: (duration) => `nach ${duration}`,
  goesOn: "dauert an",
  causes: {
    finished: "fertig",
    failed: "fehlgeschlagen",
    userRetry: "fehlgeschlagen und noch einmal versucht",
    preempted: "seine Knoten wurden weggenommen",
    rehearsed: "auf Wunsch weggenommen, zur Probe",
    moved: "ging auf einem anderen Cluster weiter, nach seiner Spot-Regel",
    nodeFault: "ein Knoten ist ausgefallen",
    filesLost: "bereitgelegte Dateien gingen verloren",
    resized: "der Cluster wurde kleiner",
    terminated: "beendet",
    timeOver: "seine Zeit war um",
    clusterDeleted: "der Cluster wurde gelöscht",
    withdrawn: "ging vor dem Start in die Warteschlange zurück",
  },
};

export const logs: Texts["logs"] = {
  noLog: "Der Job hat kein Log geschrieben.",
  notYet: "Noch ist nichts geschrieben: Logs erscheinen, während sie wachsen.",
  log: "Log",
  shownFrom: (size) => `, gezeigt ab ${size}`,
  cut: ", älteste Zeilen ausgelassen",
  live: "live",
  fromStart: "Von Anfang an",
  follow: "Folgen",
  tryingAgain: (name) => `${name} wird gelesen, neuer Versuch`,
  empty: "Es ist leer.",
};

export const files: Texts["files"] = {
  directory: "Ausgabeverzeichnis",
  up: "Nach oben",
  none: "Hier ist keine Datei.",
  files: "Dateien",
  name: "Name",
  size: "Größe",
  changed: "Geändert",
};

export const metrics: Texts["metrics"] = {
  notYet: "Noch ist keine Metrik gemeldet",
  none: "Der Job hat keine Metrik gemeldet",
  byFile: "Eine Zeile in der Metrikdatei, aus jedem Programm:",
  reportByFile: "Eine Metrik durch eine Datei melden",
  byMlflow: (line) => mixed`Der Client von MLflow, der den Dienst von selbst findet: ${line}`,
  byPrint: "Programme, die nur ausgeben, liest ein Ausdruck in einem Sweep.",
  filter: "Die Metriken nach dem Namen filtern",
  drawn: (found, drawn) => `${found}, ${formats.number(drawn)} gezeichnet`,
  metrics: "Metriken",
  columns: {
    drawn: "Gezeichnet",
    metric: "Metrik",
    last: "Letzter",
    atStep: "Bei Schritt",
    least: "Kleinster",
    greatest: "Größter",
    points: "Punkte",
  },
  draw: (name) => `${name} zeichnen`,
};

export const spec: Texts["spec"] = {
  asJson: "Der Job als JSON",
  compareWith: "Mit dem Job vergleichen",
  example: (experiment) => `${experiment}/name`,
  compare: "Vergleichen",
  doNotCompare: "Nicht vergleichen",
  comparison: "Vergleich",
  nothingDiffers: "In dem, was verlangt war, unterscheidet sich nichts",
  differences: (count) =>
    `${formats.count(count, { one: "Unterschied", other: "Unterschiede" })} in dem, was verlangt war`,
  differencesLabel: "Unterschiede",
  where: "Wo",
};

export const newJob: Texts["newJob"] = {
  title: "Neuer Job",
  noCluster: "Es gibt keinen Cluster, auf dem er laufen kann",
  howToMake: "So entsteht einer",
  needed: (what) => `Geheimes wird nicht gezeigt und muss ergänzt werden: ${what}.`,
  plan: "Was daraus würde",
  verdicts: { fine: "✓ in Ordnung", warning: "! zu wissen", cannotRun: "✕ kann nicht laufen" },
  secretValue: (name) => `der Wert des Geheimnisses ${name}`,
  mountCredentials: "die Zugangsdaten der mountVolumes des Jobs",
  submit: "Starten",
  submitting: "Wird gestartet …",
  submitJob: "Job starten",
  nameHint: "1 bis 64 Buchstaben, Ziffern, - und _",
  name: "Name",
  cluster: "Cluster",
  commandLine: "Befehlszeile",
  nodes: "Knoten",
  fromFile: "Aus einer Datei",
  noJson: (problem) => `Das ist kein JSON: ${problem}`,
  noJob: 'Ein Job ist ein Objekt mit "properties": { "properties": { … } }',
};
