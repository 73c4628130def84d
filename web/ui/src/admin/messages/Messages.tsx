/** The pages of messages: what was told, the webhooks, and the letters' templates. */
import { Suspense } from "react";
import { later } from "../../design/Floating";
import { TableSkeleton } from "../../design/Table";
import { usePath } from "../place";
import { Closed } from "../Closed";
import { SubPages } from "../SubPages";
import { useWho } from "../who";
import { useAdmin } from "../words";
import MessagesPage from "./MessagesPage";
import { Mailbox } from "./Mailbox";

const WebhooksPage = later(async () => (await import("./WebhooksPage")).default);

const TemplatesPage = later(async () => (await import("./TemplatesPage")).default);

const PATH = { all: "/admin/messages", webhooks: "/admin/messages/webhooks", templates: "/admin/messages/templates" };

export default function Messages() {
  const { a } = useAdmin();
  const { can } = useWho();
  const path = usePath();
  return (
    <>
      <div className="page-top">
        <h1>{a.pages.messages}</h1>
        <SubPages
          label={a.hooks.nav}
          links={[
            { path: PATH.all, label: a.hooks.pages.all, scopes: ["orders"] },
            { path: PATH.webhooks, label: a.hooks.pages.webhooks, scopes: ["admin"] },
            { path: PATH.templates, label: a.hooks.pages.templates, scopes: ["orders"] },
          ]}
        />
        {can("admin") && <Mailbox />}
      </div>
      <Suspense fallback={<TableSkeleton rows={8} />}>
        <Content path={path} />
      </Suspense>
    </>
  );
}

function Content({ path }: { path: string }) {
  const { can } = useWho();
  if (path === PATH.templates) return <TemplatesPage />;
  if (path !== PATH.webhooks) return <MessagesPage />;
  return can("admin") ? <WebhooksPage /> : <Closed scopes={["admin"]} first={PATH.all} />;
}
