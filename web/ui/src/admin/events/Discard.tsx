/** Throws refused events away for good: one, or those of a reason. */
import { Failure } from "../../design/Panel";
import { useUndo } from "../../design/Undo";
import { useOnce } from "../once";
import { TypedConfirm } from "../TypedConfirm";
import { useAdmin } from "../words";
import type { Asked } from "./again";

interface Props {
  asked: Asked;
  /** Of which reason they are: it is typed. */
  reason: string;
  done?: () => void;
}

export function Discard({ asked, reason, done }: Props) {
  const { a, n } = useAdmin();
  const offer = useUndo();
  const discard = useOnce(
    "discardDeadLetters",
    (answer) => {
      const { discarded } = answer as { discarded: number };
      offer(a.events.letters.discarded(discarded, n.whole(discarded)));
      done?.();
    },
    { keyed: false },
  );
  return (
    <>
      <TypedConfirm
        title={a.events.letters.discard}
        why={a.events.letters.discardWhy}
        word={reason}
        busy={discard.busy}
        go={() => discard.send({ body: asked })}
      />
      {discard.error && <Failure error={discard.error} at={Date.now()} whole={false} retry={discard.again} />}
    </>
  );
}
