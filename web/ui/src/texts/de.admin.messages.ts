/** German: messages. */
import type { messages as en } from "./en.admin.messages";

export const messages: typeof en = {
  none: "Noch keine Nachrichten.",
  noneWhy: "Was Kunden, Mitarbeitern und Programmen gesagt wird, erscheint hier.",
  state: "Zustand",
  anyState: "Jeder Zustand",
  channel: "Weg",
  anyChannel: "Jeder Weg",
  to: "An",
  about: "Worüber",
  tries: "Versuche",
  when: "Entstanden",
  next: "Nächster Versuch",
  ended: "Zu Ende",
  replay: "Noch einmal senden",
  replayed: "Sie ist wieder unterwegs.",
  payload: "Wovon sie spricht",
  channels: { email: "Mail", webhook: "Webhook", push: "Push" },
  attempts: (count, text) => (count === 1 ? `${text} Versuch` : `${text} Versuche`),
  outcomes: { done: "angenommen", later: "wird noch einmal versucht", never: "endgültig abgelehnt" },
};
