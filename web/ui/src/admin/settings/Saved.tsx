/** How it went: saved, refused, or somebody else was first. */
import { Failure } from "../../design/Panel";
import { useAdmin } from "../words";
import type { Saving } from "./data";

export function Saved({ saving, again }: { saving: Saving; again: () => void }) {
  const { a } = useAdmin();
  return (
    <>
      <p role="status" className={saving.late ? "worse" : "better"}>
        {saving.saved && `✓ ${a.settings.saved}`}
        {saving.late && a.settings.changedMeanwhile}
      </p>
      {saving.error && <Failure error={saving.error} at={Date.now()} whole={false} retry={again} />}
    </>
  );
}
