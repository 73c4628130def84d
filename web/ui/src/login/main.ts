/** The login page: the admin token or a secret key for a session, then back to where one came from. */
import { el, picture } from "../lib/dom";
import { homeOf, logIn, logOut, nextPath, readSession, type Session, SessionError } from "../lib/session";
import { themeButton } from "../lib/theme-button";

const MARK = '<rect width="32" height="32" rx="9"/><path d="M8 23V13M13.3 23V9M18.6 23v-7M24 23V11"/>';

function mark(): SVGSVGElement {
  const node = picture("0 0 32 32", MARK);
  node.setAttribute("class", "mark");
  return node;
}

const token = el("input", {
  id: "token",
  name: "token",
  type: "password",
  required: true,
  autocomplete: "current-password",
  autocapitalize: "off",
  spellcheck: "false",
  "aria-describedby": "hint error",
});
const show = el("button", { type: "button", class: "button", "aria-pressed": "false", click: toggleShown }, "Show");
const submit = el("button", { type: "submit", class: "button primary" }, "Log in");
const error = el("p", { id: "error", class: "error", role: "alert" });
const form = el(
  "form",
  { submit: send, novalidate: true },
  el("label", { for: "token" }, "Admin token or key"),
  el("div", { class: "field" }, token, show),
  el(
    "p",
    { id: "hint", class: "hint" },
    "The token stands in the configuration of this kassa as ",
    el("code", {}, "access.admin_token"),
    "; a key you have from whoever runs it. You stay logged in for 12 hours.",
  ),
  error,
  submit,
);
const content = el("div", { class: "content" }, form);

function toggleShown(): void {
  const shown = token.type === "text";
  token.type = shown ? "password" : "text";
  show.setAttribute("aria-pressed", String(!shown));
  token.focus();
}

async function send(event: Event): Promise<void> {
  event.preventDefault();
  if (submit.disabled) return;
  if (token.value.trim() === "") return complain("Enter the admin token or a key.");
  submit.disabled = true;
  try {
    const session = await logIn(token.value.trim());
    location.replace(nextPath(location.search, location.origin, homeOf(session)));
  } catch (refused) {
    complain(refused instanceof SessionError ? reason(refused) : String(refused));
    submit.disabled = false;
  }
}

function complain(text: string): void {
  error.textContent = text;
  token.setAttribute("aria-invalid", "true");
  token.focus();
  token.select();
}

function reason(refused: SessionError): string {
  if (refused.status === 401) return "This is neither the admin token nor a key.";
  if (refused.status !== 429) return refused.message;
  const minutes = Math.ceil(refused.retryAfter / 60);
  return `Too many wrong tokens from your address. Try again in ${minutes} minute${minutes === 1 ? "" : "s"}.`;
}

/** Nothing to log in to, or already done: says so. It never leads on by itself, lest two pages send one back and forth. */
function showSignedIn(session: Session): void {
  const text = session.mode === "open" ? "This kassa listens on its own machine only and needs no login." : "You are logged in.";
  const out =
    session.caller === "session" &&
    el("button", { type: "button", class: "button", click: () => void logOut().finally(() => location.reload()) }, "Log out");
  content.replaceChildren(
    el("p", { role: "status" }, text),
    el(
      "div",
      { class: "actions" },
      el("a", { href: nextPath(location.search, location.origin, homeOf(session)), class: "button primary" }, "Continue"),
      out || "",
    ),
  );
}

document
  .querySelector("#login")
  ?.append(
    el("header", { class: "wrap top" }, el("a", { href: "/", "aria-label": "To the shop" }, mark()), themeButton()),
    el("main", { id: "main", class: "card" }, el("h1", {}, "Log in"), content),
  );
token.focus();
const session = await readSession();
// Whoever has begun to type is not interrupted.
if (session?.signed_in && token.value === "") showSignedIn(session);
