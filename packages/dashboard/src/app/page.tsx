// The frame of every page: its title (also the tab's), actions at the right, the content below. `fill`: the content takes
// the height that is left and scrolls itself, for pages that are one table.
import { useEffect, type ReactElement, type ReactNode } from "react";
import "./page.css";

export interface PageProps {
  title: string;
  /** Instead of the title as plain text, e.g. with a status beside it. */
  heading?: ReactNode;
  /** One line below the title. */
  note?: ReactNode;
  actions?: ReactNode;
  fill?: boolean;
  children: ReactNode;
}

export function Page(props: PageProps): ReactElement {
  const { title, heading, note, actions, fill = false, children } = props;
  useEffect(() => {
    document.title = `${title} · Everstep`;
  }, [title]);
  return (
    <div className={fill ? "page page--fill" : "page"}>
      <header className="page__header">
        <div className="page__heading">
          <h1>{heading ?? title}</h1>
          {note !== undefined && <div className="page__note">{note}</div>}
        </div>
        {actions !== undefined && <div className="page__actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** A part of a page with its own heading. */
export function Section(props: {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
}): ReactElement {
  return (
    <section className="section" aria-label={props.title}>
      <header className="section__header">
        <h2>{props.title}</h2>
        {props.actions !== undefined && <div className="row">{props.actions}</div>}
      </header>
      {props.children}
    </section>
  );
}
