// Triggers and schedules: the list, one of them with its ledger, and the dialogs.
import { formats } from "../../lib/formats.ts";
import { mixed } from "../mixed.ts";
import type { Texts } from "../texts.ts";

export const triggers: Texts["triggers"] = {
  title: "Trigger und Zeitpläne",
  none: "Es gibt keinen Trigger",
  noneNote:
    "Ein Trigger startet Jobs zu bestimmten Zeiten, wenn Blobs oder Nachrichten ankommen oder wenn andere Jobs enden. Jede Nacht um halb drei:",
  createOne: "Einen Trigger anlegen",
  filter: "Nach Name oder Ereignis filtern",
  kindsLabel: "Arten",
  kinds: {
    schedule: "Zeitpläne",
    blobCreated: "Blobs",
    queueMessage: "Nachrichten",
    jobCompleted: "Enden von Jobs und Sweeps",
    webhook: "Webhooks",
  },
  paused: "Pausiert",
  pauseAll: "Alle in der Liste pausieren",
  resumeAll: "Alle in der Liste fortsetzen",
  firstOf: (first, all) => `Die ersten ${first} von ${formats.number(all)}: filtern, um andere zu sehen.`,
  triggers: "Trigger",
  name: "Name",
  state: "Zustand",
  waitsFor: "Wartet auf",
  next: "Nächste",
  lastDecisions: "Die letzten 20 Entscheidungen",
};

export const triggerOn: Texts["triggerOn"] = {
  inZone: (when, zone) => `${when}, Zeit von ${zone}`,
  blob: (path) => `ein Blob ${path}`,
  blobs: (path) => `ein Schwung Blobs ${path}`,
  webhook: "ein signierter Webhook",
  message: (queue) => `eine Nachricht in der Warteschlange ${queue}`,
  anyJob: "irgendein Job",
  sweep: (name) => `Sweep ${name}`,
  endOf: (what) => `das Ende von ${what}`,
  withOutcome: (text, outcome) => `${text}, ${outcome}`,
  cron: (cron) => `cron ${cron}`,
  everyMinutes: (count) => `alle ${count} Minuten`,
  everyMinute: "jede Minute",
  everyHourAt: (minute) => `jede Stunde um Minute ${minute}`,
  everyDayAt: (time) => `jeden Tag um ${time}`,
  onDaysAt: (days, time) => `${days} um ${time}`,
  every: {
    minute: (interval) => (interval === 1 ? "jede Minute" : `alle ${interval} Minuten`),
    hour: (interval) => (interval === 1 ? "jede Stunde" : `alle ${interval} Stunden`),
    day: (interval) => (interval === 1 ? "jeden Tag" : `alle ${interval} Tage`),
    week: (interval) => (interval === 1 ? "jede Woche" : `alle ${interval} Wochen`),
    month: (interval) => (interval === 1 ? "jeden Monat" : `alle ${interval} Monate`),
  },
  weekDays: {
    Monday: "Montag",
    Tuesday: "Dienstag",
    Wednesday: "Mittwoch",
    Thursday: "Donnerstag",
    Friday: "Freitag",
    Saturday: "Samstag",
    Sunday: "Sonntag",
  },
  on: (days) => ` am ${days}`,
  at: (times) => ` um ${times}`,
};

export const overlaps: Texts["overlaps"] = {
  allow: "jedes Ereignis hat seinen Job oder Sweep, wie viele auch laufen",
  skip: "während seine Jobs oder Sweeps laufen, werden Ereignisse übersprungen",
  queue: "während seine Jobs oder Sweeps laufen, warten Ereignisse, bis sie an der Reihe sind",
  replace: "ein neues Ereignis beendet die Jobs und Sweeps der früheren",
};

export const firingEvents: Texts["firingEvents"] = {
  due: (time) => `fällig ${time}`,
  blobs: (count) => `${count} Blobs`,
  message: (id) => `Nachricht ${id}`,
};

export const trigger: Texts["trigger"] = {
  tabsLabel: "Von diesem Trigger",
  test: "Probieren",
  runNow: "Jetzt ausführen",
  backfill: "Nachholen",
  pause: "Pausieren",
  resume: "Fortsetzen",
  pausedBy: (paused, who, when) => mixed`${paused} durch ${who}, ${when}`,
  paused: "Pausiert",
  deleteOne: (name) => `Den Trigger ${name} löschen`,
  deleteNote:
    "Er startet nichts mehr, und sein Buch der Auslösungen geht. Jobs, die er gestartet hat, bleiben.",
  waitsFor: "Wartet auf",
  startsJobsIn: "Startet Jobs in",
  startsSweepsIn: "Startet Sweeps in",
  overlap: (overlap) => mixed`Überschneidung: ${overlap}`,
  atMostAtOnce: (most) => `, höchstens ${most} zugleich`,
  actsAs: "Handelt mit den Rechten von",
  edges: { gap: "die Uhr wird vorgestellt: verschoben", repeated: "die Uhr zeigt das zweimal" },
  nextTimes: "Nächste Auslösezeiten",
  nextTimesPaused: "Nächste Auslösezeiten, wäre er nicht pausiert",
  noNextTimes: "Keine mehr.",
  asJson: "Der Trigger als JSON",
};

export const firings: Texts["firings"] = {
  decisions: "Entscheidungen",
  olderOnes: ", es gibt ältere",
  older: "Ältere",
  firings: "Auslösungen",
  received: "Empfangen",
  event: "Ereignis",
  decision: "Entscheidung",
  why: "Warum",
  started: "Gestartet",
  acts: "Aktionen",
  toldMore: (times) => ` noch ${times}-mal gemeldet`,
  after: (duration) => ` nach ${duration}`,
  failedBefore: (times) => ` vorher ${times}-mal fehlgeschlagen`,
  replay: "Wiederholen",
  replayOne: "Eine Auslösung wiederholen",
  replayNote: (event) => mixed`Der Job, den dieses Ereignis gestartet hätte, startet jetzt: ${event}`,
};

export const pause: Texts["pause"] = {
  title: (verb, what) => `${verb}: ${what}`,
  pauseNote: "Was inzwischen kommt, steht als übersprungen im Buch.",
  resumeNote:
    "Was von jetzt an kommt, hat seine Jobs; Übersprungenes bleibt übersprungen, bis es wiederholt wird.",
  why: "Warum, für alle, die sich fragen",
};

export const backfill: Texts["backfill"] = {
  title: (name) => `${name} nachholen`,
  verb: "Ausführen",
  from: "Von",
  to: "Bis, ausschließlich",
  whileRunning: "Während Jobs laufen",
  which: "Welche sind das?",
};

export const runTrigger: Texts["runTrigger"] = {
  title: (name) => `${name} jetzt ausführen`,
  note: "Pausiert oder nicht, sein Job startet, als wäre er fällig. Was daraus wurde, steht im Buch.",
};

export const testTrigger: Texts["testTrigger"] = {
  title: (name) => `${name} probieren`,
  event: "Ein Ereignis",
  noJson: "Das ist kein JSON.",
  wouldHappen: "Was geschehen würde",
  jobWould: "✓ Ein Job würde starten",
  jobWouldNot: "✕ Kein Job würde starten",
  sweepWould: "✓ Ein Sweep würde starten",
  sweepWouldNot: "✕ Kein Sweep würde starten",
  calledSo: (name) => mixed`Er würde ${name} heißen.`,
  wholeJob: "Der ganze Job",
  wholeSweep: "Der ganze Sweep",
  jobThatWould: "Der Job, der starten würde",
  sweepThatWould: "Der Sweep, der starten würde",
};
