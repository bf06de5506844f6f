// Adding an app by its URL; when it cannot be synced, the server's reason stands below the field.
import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactElement } from "react";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { toastDone } from "../../components/toast.tsx";
import { post } from "../../data/api-client.ts";

const FORM = "add-app-form";

export function AddAppDialog(props: { open: boolean; onClose: () => void }): ReactElement {
  const { open, onClose } = props;
  const [url, setUrl] = useState("http://localhost:3000/api/inngest");
  const add = useMutation({
    mutationFn: () => post("/apps", { body: { url: url.trim() } }),
    onSuccess: ({ data }) => {
      toastDone(`${data.name} was added with ${data.functionCount} functions`);
      onClose();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <Dialog
      title="Add an app"
      open={open}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form={FORM} disabled={add.isPending}>
            Add and sync
          </Button>
        </>
      }
    >
      <form id={FORM} className="stack" onSubmit={submit}>
        <label className="stack">
          URL where the app serves its functions
          <input
            className="text-input mono"
            type="url"
            required
            value={url}
            aria-invalid={add.isError}
            onChange={(event) => setUrl(event.target.value)}
          />
        </label>
        {add.error !== null && (
          <ErrorNotice title="The app could not be synced" error={add.error} />
        )}
      </form>
    </Dialog>
  );
}
