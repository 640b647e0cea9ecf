/** A share from 0 to 1 as a bar, with the number beside it. */
export function Progress({ share, label }: { share: number; label: string }) {
  const percent = Math.floor(share * 100); // 100 only at the end
  return (
    <span className="progress">
      <progress value={share} max={1} aria-label={label} />
      <span aria-hidden="true">{percent}%</span>
    </span>
  );
}
