/** The picture that stands in place of the shop's name. */
import { useRef, useState } from "react";
import { Failure } from "../../design/Panel";
import { useAdmin } from "../words";
import { uploadPicture } from "./data";
import { Back } from "./Field";

interface Props {
  set: string | null;
  fallback: string | null;
  change: (to: string | null) => void;
}

export function Logo({ set, fallback, change }: Props) {
  const { a } = useAdmin();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  const picker = useRef<HTMLInputElement>(null);
  const shown = set ?? fallback;
  async function take(file: File | undefined): Promise<void> {
    if (!file) return;
    setBusy(true);
    setError(undefined);
    try {
      change(await uploadPicture(file));
    } catch (problem) {
      setError(problem as Error);
    }
    setBusy(false);
  }
  return (
    <div className="settings-field" role="group" aria-label={a.settings.shop.logo} data-logo={shown ?? ""}>
      <span>{a.settings.shop.logo}</span>
      {shown ? <img src={`/assets/i/${shown}-320`} alt="" className="settings-logo" /> : <p>{a.settings.shop.noLogo}</p>}
      <input
        ref={picker}
        type="file"
        accept="image/png,image/jpeg,image/webp"
        aria-label={a.settings.shop.upload}
        disabled={busy}
        onChange={(event) => void take(event.target.files?.[0])}
      />
      {error && <Failure error={error} at={Date.now()} whole={false} retry={() => void take(picker.current?.files?.[0])} />}
      <Back isSet={set !== null} label={a.settings.shop.logo} change={change} word={a.settings.back} as={a.settings.fromFile} />
    </div>
  );
}
