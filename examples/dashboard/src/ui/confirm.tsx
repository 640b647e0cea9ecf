import { useRef } from 'react';

interface ConfirmProps {
  readonly label: string;
  /** Without a question the button acts at once. */
  readonly question: string | undefined;
  readonly isBusy?: boolean;
  readonly onConfirm: () => void;
}

/** A button that asks before it acts. The dialog is the browser's: it keeps the focus, and Escape closes it. */
export function Confirm({ label, question, isBusy = false, onConfirm }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const confirm = (): void => {
    dialog.current?.close();
    onConfirm();
  };
  return (
    <>
      <button
        type="button"
        disabled={isBusy}
        onClick={() => (question === undefined ? onConfirm() : dialog.current?.showModal())}
      >
        {isBusy ? `${label}…` : label}
      </button>
      {question !== undefined && (
        <dialog ref={dialog} aria-label={label}>
          <p>{question}</p>
          <div className="actions">
            <button type="button" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
            <button type="button" className="primary" onClick={confirm}>
              Yes, {label.toLowerCase()}
            </button>
          </div>
        </dialog>
      )}
    </>
  );
}
