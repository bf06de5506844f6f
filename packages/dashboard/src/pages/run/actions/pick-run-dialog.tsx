// Which run to compare with: the newest runs of the same function, or one by its id.
import type { Run, RunDetailView } from "@everstep/api";
import { useQuery } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Button } from "../../../components/button.tsx";
import { Dialog } from "../../../components/dialog.tsx";
import { StatusBadge } from "../../../components/status-badge.tsx";
import { Time } from "../../../components/time.tsx";
import { durationText } from "../../../data/time-text.ts";
import { read } from "../../../data/queries.ts";

const RUN_ID = /^[0-9A-HJKMNP-TV-Z]{26}$/;
const SHOWN = 12;

export function PickRunDialog(props: {
  run: RunDetailView;
  onClose: () => void;
  onPick: (runId: string) => void;
}): ReactElement {
  const { run, onClose, onPick } = props;
  const [typed, setTyped] = useState("");
  const { data } = useQuery(
    read("/runs", { query: { functionId: [run.function.id], limit: SHOWN + 1 } }),
  );
  const others = (data?.data ?? []).filter(({ id }) => id !== run.id).slice(0, SHOWN);
  const id = typed.trim().toUpperCase();
  return (
    <Dialog
      title="Compare with"
      open
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button kind="primary" disabled={!RUN_ID.test(id)} onClick={() => onPick(id)}>
            Compare
          </Button>
        </>
      }
    >
      <div className="stack">
        <label className="pick__field">
          <span className="muted">Id of a run</span>
          <input
            className="mono"
            value={typed}
            spellCheck={false}
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
        {others.length > 0 && <h3>Newest runs of this function</h3>}
        <ul className="pick">
          {others.map((other) => (
            <Candidate key={other.id} run={other} onPick={onPick} />
          ))}
        </ul>
      </div>
    </Dialog>
  );
}

function Candidate({ run, onPick }: { run: Run; onPick: (id: string) => void }): ReactElement {
  return (
    <li>
      <button type="button" onClick={() => onPick(run.id)}>
        <StatusBadge status={run.status} plain />
        <span className="mono">…{run.id.slice(-8)}</span>
        <Time at={run.queuedAt} />
        <span className="muted">
          {run.durationMs === undefined ? "" : durationText(run.durationMs)}
        </span>
      </button>
    </li>
  );
}
