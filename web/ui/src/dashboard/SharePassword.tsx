/** A share link with a password: asks for it. */
import { useState, type FormEvent } from "react";
import { Mark } from "../design/Icon";
import { useWords } from "../design/words";
import { openShare, SessionError } from "../lib/session";

export default function SharePassword({ token, opened }: { token: string; opened: () => void }) {
  const { t } = useWords();
  const [password, setPassword] = useState("");
  const [wrong, setWrong] = useState<string>();
  const [busy, setBusy] = useState(false);
  async function send(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    try {
      await openShare(token, password);
      opened();
    } catch (error) {
      const status = error instanceof SessionError ? error.status : 0;
      setWrong(status === 401 ? t.share.wrong : status === 429 ? t.share.tooMany : t.errors.unreached);
      setBusy(false);
    }
  }
  return (
    <main id="main" className="wrap">
      <section className="panel share-password" aria-label={t.share.password}>
        <Mark />
        <form onSubmit={(event) => void send(event)}>
          <label>
            {t.share.password}
            <input
              type="password"
              autoComplete="off"
              autoFocus
              value={password}
              onChange={(event) => setPassword(event.target.value)}
              aria-invalid={wrong !== undefined}
            />
          </label>
          {wrong && <p role="alert">{wrong}</p>}
          <button type="submit" className="button primary" disabled={busy || !password}>
            {t.share.open}
          </button>
        </form>
      </section>
    </main>
  );
}
