/** What stands in place of the page where it could not be drawn, so that nobody looks at nothing. */
import { Component, type ReactNode } from "react";
import { Empty } from "../design/Panel";
import { useWords } from "../design/words";

/** Draws its children, or says that they cannot be drawn. React writes the error to the console. */
export class Guard extends Component<{ children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {};

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    return this.state.error ? <Broken error={this.state.error} /> : this.props.children;
  }
}

function Broken({ error }: { error: Error }) {
  const { t } = useWords();
  return (
    <main id="main" className="wrap">
      <section className="panel share-password" role="alert">
        <Empty
          title={t.errors.broken}
          why={error.message}
          action={
            <p className="buttons">
              <button type="button" className="button" onClick={() => location.reload()}>
                {t.retry}
              </button>
              <a className="button" href={location.pathname}>
                {t.overview}
              </a>
            </p>
          }
        />
      </section>
    </main>
  );
}
