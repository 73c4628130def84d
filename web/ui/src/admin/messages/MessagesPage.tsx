/** What was told to whom: mails, webhooks, push messages, each with how it stands. */
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Suspense } from "react";
import type { Delivery } from "@kassa/client";
import { later } from "../../design/Floating";
import { api } from "../../server/call";
import { every } from "../again";
import { Badge } from "../Badge";
import { Choice } from "../Choice";
import { ListBody } from "../ListBody";
import { ListPanel } from "../ListPanel";
import { useQueryOf } from "../place";
import { RowLink } from "../RowLink";
import { shortTime } from "../when";
import { useAdmin } from "../words";
import { useTargets } from "./targets";

const MessageSheet = later(async () => (await import("./MessageSheet")).default);

const LIMIT = 50;
const AGAIN_MS = 10_000;
const STATES = ["waiting", "sent", "dead"] as const;
const CHANNELS = ["email", "webhook", "push"] as const;

type Query = NonNullable<NonNullable<Parameters<typeof api.listDeliveries>[0]>["query"]>;

function useMessages(state: string, channel: string) {
  const asked: [string, string | undefined][] = [
    ["state", oneOf(STATES, state)],
    ["channel", oneOf(CHANNELS, channel)],
  ];
  const query = { limit: LIMIT, ...Object.fromEntries(asked.filter(([, value]) => value)) } as Query;
  return useInfiniteQuery({
    queryKey: ["messages", query],
    queryFn: ({ pageParam, signal }) => api.listDeliveries({ query: { ...query, ...(pageParam && { cursor: pageParam }) } }, { signal }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: every(AGAIN_MS),
  });
}

const oneOf = <T extends string>(all: readonly T[], value: string): T | undefined => all.find((one) => one === value);

export default function MessagesPage() {
  const { a } = useAdmin();
  const [query, change] = useQueryOf();
  const [state, channel, id] = ["state", "channel", "id"].map((name) => query.get(name) ?? "") as [string, string, string];
  const asked = state !== "" || channel !== "";
  return (
    <>
      <ListPanel
        title={a.pages.messages}
        answer={useMessages(state, channel)}
        rows={(messages) => <Rows messages={messages} />}
        none={{ title: a.messages.none, why: a.messages.noneWhy }}
        clear={asked ? () => change({ state: "", channel: "" }) : undefined}
        tools={
          <>
            <Choice
              label={a.messages.state}
              any={a.messages.anyState}
              all={STATES}
              word={(one) => a.states[one] ?? one}
              value={state}
              set={(next) => change({ state: next })}
            />
            <Choice
              label={a.messages.channel}
              any={a.messages.anyChannel}
              all={CHANNELS}
              word={(one) => a.messages.channels[one] ?? one}
              value={channel}
              set={(next) => change({ channel: next })}
            />
          </>
        }
      />
      <Suspense fallback={null}>{id && <MessageSheet key={id} id={id} close={() => change({ id: "" })} />}</Suspense>
    </>
  );
}

function Rows({ messages }: { messages: Delivery[] }) {
  const { a } = useAdmin();
  return (
    <table className="table list">
      <caption className="unseen">{a.pages.messages}</caption>
      <thead>
        <tr>
          <th scope="col" className="of-most">
            {a.messages.to}
          </th>
          <th scope="col" className="on-wide">
            {a.messages.about}
          </th>
          <th scope="col">{a.messages.state}</th>
          <th scope="col" className="num on-wide">
            {a.messages.tries}
          </th>
          <th scope="col" className="on-wide">
            {a.messages.when}
          </th>
        </tr>
      </thead>
      <ListBody items={messages}>{(one) => <Row key={one.id} message={one} />}</ListBody>
    </table>
  );
}

function Row({ message }: { message: Delivery }) {
  const { a, n } = useAdmin();
  const nameOf = useTargets();
  return (
    <tr className="row" data-delivery={message.id}>
      <th scope="row" className="of-most">
        <RowLink query={{ id: message.id }}>
          <bdi>{nameOf(message)}</bdi>
        </RowLink>{" "}
        <span className="hint-line">{a.messages.channels[message.channel] ?? message.channel}</span>
      </th>
      <td className="on-wide">
        <bdi>{message.template ?? message.event_type}</bdi>
      </td>
      <td>
        <Badge state={message.state} word={a.states[message.state] ?? message.state} />
      </td>
      <td className="num on-wide">{n.whole(message.attempts)}</td>
      <td className="on-wide">{shortTime(message.created_at, n.locale)}</td>
    </tr>
  );
}
