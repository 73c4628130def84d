/** Arabic: messages. */
import type { messages as en } from "./en.admin.messages";

export const messages: typeof en = {
  none: "لا رسائل بعد.",
  noneWhy: "يظهر هنا ما يُقال للعملاء والموظفين والبرامج.",
  state: "الحال",
  anyState: "كل الأحوال",
  channel: "الطريق",
  anyChannel: "كل الطرق",
  to: "إلى",
  about: "عن",
  tries: "المحاولات",
  when: "أُنشئت",
  next: "المحاولة التالية",
  ended: "انتهت",
  replay: "أرسلها مرة أخرى",
  replayed: "هي في الطريق من جديد.",
  payload: "ما تتحدث عنه",
  channels: { email: "بريد", webhook: "ويب هوك", push: "دفع" },
  attempts: (count, text) => (count === 1 ? "محاولة واحدة" : `${text} محاولات`),
  outcomes: { done: "قُبل", later: "تُعاد المحاولة", never: "رُفض نهائيًا" },
};
