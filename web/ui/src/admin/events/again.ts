/** Refused events are taken in once more, told line by line how far that is. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { AskError } from "../../server/call";

export interface Asked {
  id?: string;
  reason?: string;
  site_id?: string;
  /** The site that they are to belong to, instead of their own. */
  to?: string;
}

export interface Outcome {
  sent: number;
  refused_total: number;
  refused: { id: string; reason: string; detail: string }[];
}

interface Line {
  done?: number | Outcome;
  of?: number;
  error?: string;
}

export interface Again {
  progress: { done: number; of: number } | undefined;
  outcome: Outcome | undefined;
  error: Error | undefined;
  busy: boolean;
  send: (asked: Asked) => void;
  again: () => void;
}

export function useAgain(): Again {
  const client = useQueryClient();
  const [state, setState] = useState<Pick<Again, "progress" | "outcome" | "error" | "busy">>(NOTHING);
  const [last, setLast] = useState<Asked>();
  async function go(asked: Asked): Promise<void> {
    setLast(asked);
    setState({ ...NOTHING, busy: true });
    try {
      for await (const line of linesOf(asked)) {
        if (line.error) throw new AskError(0, line.error);
        if (typeof line.done === "object") setState({ ...NOTHING, outcome: line.done });
        else setState({ ...NOTHING, busy: true, progress: { done: line.done ?? 0, of: line.of ?? 0 } });
      }
    } catch (error) {
      setState({ ...NOTHING, error: error as Error });
    }
    void client.invalidateQueries();
  }
  const send = (asked: Asked): void => void (!state.busy && go(asked));
  return { ...state, send, again: () => last && send(last) };
}

const NOTHING = { progress: undefined, outcome: undefined, error: undefined, busy: false };

async function* linesOf(asked: Asked): AsyncGenerator<Line> {
  const answer = await fetch("/v1/admin/dead-letters/replay", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(asked),
  });
  if (!answer.ok || !answer.body) {
    const { detail } = (await answer.json().catch(() => ({}))) as { detail?: string };
    throw new AskError(answer.status, detail ?? "", answer.headers.get("x-request-id") ?? undefined);
  }
  let rest = "";
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const lines = (rest + part.value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line) as Line;
  }
}
