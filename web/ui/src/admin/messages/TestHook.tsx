/** An event is sent to a webhook as a test, and what its target said to it. */
import { useState } from "react";
import { Failure } from "../../design/Panel";
import { useOnce } from "../once";
import { useAdmin } from "../words";

interface Tested {
  delivered: boolean;
  status: number | null;
  answer: string;
  took_ms: number;
}

export function TestHook({ id }: { id: string }) {
  const { a, n } = useAdmin();
  const [tested, setTested] = useState<Tested>();
  const once = useOnce("testWebhook", (answer) => setTested(answer as Tested), { keyed: false });
  const send = (): void => (setTested(undefined), once.send({ path: { id } }));
  const took = tested && `${n.decimal(tested.took_ms)} ms`;
  return (
    <section aria-label={a.hooks.test} className="part">
      <p>
        <button type="button" className="button" aria-busy={once.busy} onClick={send}>
          {a.hooks.test}
        </button>
      </p>
      <p className="hint-line">{a.hooks.testWhy}</p>
      {once.error && <Failure error={once.error} at={Date.now()} whole={false} retry={once.again} />}
      <div role="status">
        {tested && took && (
          <div data-tested={tested.delivered ? "taken" : "refused"}>
            <p>
              <strong className={tested.delivered ? "better" : "worse"}>
                {tested.delivered ? `✓ ${a.hooks.delivered}` : `✗ ${a.hooks.refused}`}
              </strong>{" "}
              {tested.status === null ? a.hooks.noAnswer(took) : a.hooks.answered(String(tested.status), took)}
            </p>
            {tested.answer ? (
              <pre className="payload" tabIndex={0} dir="ltr">
                {tested.answer}
              </pre>
            ) : (
              <p className="hint-line">{a.hooks.nothingSaid}</p>
            )}
          </div>
        )}
      </div>
    </section>
  );
}
