/** One panel: a title, what it shows, and every state that it can be in. What it showed before stays while it waits or has failed. */
import { useEffect, useState, type ReactNode } from "react";
import { AskError } from "../server/call";
import { Icon } from "./Icon";
import { useWords } from "./words";
import type { Texts } from "../texts/en";

/** What a panel has to know of its answer. */
export interface Answered<T> {
  data: T | undefined;
  error: Error | null;
  /** The data are those of another question, until the answer comes. */
  isPlaceholderData: boolean;
  dataUpdatedAt: number;
  refetch: () => unknown;
}

interface Props<T> {
  title: string;
  answer: Answered<T>;
  /** As tall as what will stand there, so that nothing moves when it comes. */
  skeleton: ReactNode;
  children: (data: T) => ReactNode;
  /** Beside the title: tabs and buttons. */
  tools?: ReactNode;
  heading?: ReactNode;
  className?: string;
}

export function Panel<T>({ title, answer, skeleton, children, tools, heading, className = "" }: Props<T>) {
  const stale = answer.isPlaceholderData && !answer.error;
  return (
    <section
      className={`panel ${className} ${stale ? "stale" : ""}`}
      aria-label={title}
      aria-busy={answer.data === undefined && !answer.error}
    >
      {stale && <div className="waiting" />}
      {(heading || tools) && (
        <div className="panel-top">
          {heading}
          {tools}
        </div>
      )}
      <div className="panel-body">
        {answer.data !== undefined ? children(answer.data) : answer.error ? null : skeleton}
        {answer.error && (
          <Failure error={answer.error} at={answer.dataUpdatedAt} whole={answer.data === undefined} retry={answer.refetch} />
        )}
      </div>
    </section>
  );
}

/** What went wrong in a panel, what to do, and by which name the server knows the request. */
export function Failure({ error, at, whole, retry }: { error: Error; at: number; whole: boolean; retry: () => unknown }) {
  const { t, n } = useWords();
  const offline = useOffline();
  const age = useSecondsSince(at, offline);
  const request = error instanceof AskError ? error.request : undefined;
  return (
    <div className={whole ? "failure whole" : "failure"} role="alert">
      <p>{offline ? t.errors.offline(n.duration(age)) : failureText(error, t)}</p>
      {request && (
        <p className="request">
          {t.errors.request} <code>{request}</code> <CopyButton text={request} />
        </p>
      )}
      <button type="button" className="button" onClick={() => void retry()}>
        {t.retry}
      </button>
    </div>
  );
}

function failureText(error: Error, t: Texts): string {
  if (!(error instanceof AskError)) return error.message;
  if (error.status === 0) return t.errors.unreached;
  if (error.status === 401) return t.errors.key;
  if (error.message) return error.message;
  if (error.status === 503 || error.status === 429) return t.errors.busy;
  return error.status === 504 ? t.errors.slow : t.errors.failed(String(error.status));
}

export function CopyButton({ text, label }: { text: string; label?: string }) {
  const { t } = useWords();
  const [done, setDone] = useState(false);
  const copy = (): void =>
    void navigator.clipboard.writeText(text).then(
      () => setDone(true),
      () => undefined,
    );
  return (
    <button type="button" className="button small" onClick={copy}>
      {done ? t.errors.copied : (label ?? t.errors.copy)}
    </button>
  );
}

function useOffline(): boolean {
  const [offline, setOffline] = useState(!navigator.onLine);
  useEffect(() => {
    const look = (): void => setOffline(!navigator.onLine);
    addEventListener("online", look);
    addEventListener("offline", look);
    return () => {
      removeEventListener("online", look);
      removeEventListener("offline", look);
    };
  }, []);
  return offline;
}

function useSecondsSince(at: number, counting: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!counting) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [counting]);
  return Math.max(0, Math.round((now - at) / 1000));
}

/** Where there is nothing: what would be here, why it is not, and one thing to do. */
export function Empty({ title, why, action }: { title: string; why?: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {why && <p>{why}</p>}
      {action}
    </div>
  );
}

/** One of several ways to see a panel. */
export function Tabs({
  label,
  tabs,
  chosen,
  choose,
}: {
  label: string;
  tabs: [id: string, title: string][];
  chosen: string;
  choose: (id: string) => void;
}) {
  return (
    <div className="tabs" role="group" aria-label={label}>
      {tabs.map(([id, title]) => (
        <button key={id} type="button" aria-pressed={id === chosen} onClick={() => choose(id)}>
          {title}
        </button>
      ))}
    </div>
  );
}

export function IconButton({
  icon,
  label,
  onClick,
  pressed,
}: {
  icon: Parameters<typeof Icon>[0]["name"];
  label: string;
  onClick: () => void;
  pressed?: boolean;
}) {
  return (
    <button type="button" className="icon-button" aria-label={label} title={label} aria-pressed={pressed} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}
