// Asks for the key of a server that wants one. It stays until a key is given that the server takes.
import { useState, type FormEvent, type ReactElement } from "react";
import { Button } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { giveKey, useKeyQuestion } from "../data/sign-in.ts";

const FORM = "key-form";

export function KeyDialog(): ReactElement {
  const question = useKeyQuestion();
  const [key, setKey] = useState("");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setKey("");
    if (key.trim() !== "") giveKey(key.trim());
  };
  return (
    <Dialog
      title="This server asks for a key"
      open={question !== undefined}
      onClose={() => undefined}
      actions={
        <Button kind="primary" type="submit" form={FORM}>
          Continue
        </Button>
      }
    >
      <form id={FORM} className="stack" onSubmit={submit}>
        {question?.wasRefused === true ? (
          <p className="bad" role="alert">
            That key was refused: it is not a signing key of this server.
          </p>
        ) : (
          <p className="muted">
            It is one that the server was started with: <code>everstep start --signing-key …</code>
          </p>
        )}
        <label className="stack">
          Signing key
          <input
            className="text-input mono"
            type="password"
            autoComplete="current-password"
            value={key}
            onChange={(event) => setKey(event.target.value)}
          />
        </label>
        <p className="muted">It is kept in this tab only and forgotten when you close it.</p>
      </form>
    </Dialog>
  );
}
