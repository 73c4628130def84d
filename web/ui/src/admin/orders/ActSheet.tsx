/** The sheet of one thing to do with an order: what will happen, what another has changed meanwhile, and one button. */
import type { FormEvent, ReactNode } from "react";
import { Failure } from "../../design/Panel";
import { Sheet } from "../../design/Sheet";
import { Meanwhile } from "../Meanwhile";
import { useAdmin } from "../words";
import type { Changing } from "./change";
import { differences } from "./differences";

export interface ActProps {
  seen: Changing["seen"];
  close: () => void;
  done: () => void;
}

interface Props {
  title: string;
  change: Changing;
  close: () => void;
  /** What the button says. */
  go: string;
  ready: boolean;
  submit: () => void;
  children: ReactNode;
}

export function ActSheet({ title, change, close, go, ready, submit, children }: Props) {
  const { t, a } = useAdmin();
  const send = (event: FormEvent): void => {
    event.preventDefault();
    if (ready && !change.busy) submit();
  };
  return (
    <Sheet title={title} close={close} className="act-sheet">
      <form className="sheet-body act" onSubmit={send} noValidate>
        {change.before && <OrderMeanwhile change={change} />}
        {children}
        {change.error && <Failure error={change.error} at={Date.now()} whole={false} retry={submit} />}
        <p className="act-foot">
          <button type="submit" className="button primary" disabled={!ready} aria-busy={change.busy}>
            {change.before ? a.changed.still(go) : go}
          </button>
          <button type="button" className="button" onClick={close}>
            {change.before ? a.changed.leave : t.kept.cancel}
          </button>
        </p>
      </form>
    </Sheet>
  );
}

/** Another was faster: what is now, and the choice. */
function OrderMeanwhile({ change: { before, seen } }: { change: Changing }) {
  const words = useAdmin();
  if (!before) return null;
  return <Meanwhile changes={differences(before.order, seen.order, words)} />;
}
