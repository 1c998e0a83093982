/** The name of a replica, drawn like a runner's bib. */
export function Bib({ name }: { name: string }) {
  return (
    <span class="bib" data-replica={name}>
      {name}
    </span>
  );
}
