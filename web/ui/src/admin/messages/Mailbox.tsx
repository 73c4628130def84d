/** The way to the mailbox: letters that go to no server, while a shop is set up; nothing where mails are sent. */
import { useAdmin } from "../words";
import { useTemplates } from "./templates";

export function Mailbox() {
  const { a } = useAdmin();
  if (!useTemplates().data?.mailbox) return null;
  return (
    <a href="/mailbox" className="button" target="_blank" rel="noreferrer">
      {a.hooks.pages.mailbox}
    </a>
  );
}
