/** What is not saved yet, what another has saved meanwhile, and the choice. */
import { useEffect } from "react";
import { Failure } from "../../design/Panel";
import { Meanwhile } from "../Meanwhile";
import { useAdmin } from "../words";
import { differences } from "./differences";
import type { Draft } from "./useDraft";

export function SaveBar({ draft }: { draft: Draft }) {
  const words = useAdmin();
  const { a } = words;
  const { change, dirty, wrong, save, discard } = draft;
  useSaveKey(save);
  if (!dirty) return null;
  const ready = Object.keys(wrong).length === 0;
  return (
    <div className="save-bar" role="group" aria-label={a.products.unsaved}>
      {change.before && <Meanwhile changes={differences(change.before, change.seen, words)} why={a.products.changedWhy} />}
      {change.error && <Failure error={change.error} at={Date.now()} whole={false} retry={save} />}
      <p className="act-foot">
        <strong>{a.products.unsaved}</strong>
        <span className="acts">
          <button type="button" className="button" onClick={discard}>
            {change.before ? a.products.takeTheirs : a.products.discard}
          </button>
          <button type="button" className="button primary" disabled={!ready} aria-busy={change.busy} onClick={save}>
            {change.before ? a.changed.still(a.products.save) : a.products.save}
          </button>
        </span>
      </p>
    </div>
  );
}

/** ⌘S or Ctrl S saves. */
export function useSaveKey(save: () => void): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (!(event.metaKey || event.ctrlKey) || event.key.toLowerCase() !== "s") return;
      event.preventDefault();
      save();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  });
}
