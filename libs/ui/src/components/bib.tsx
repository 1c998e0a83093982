/** The number a runner wears: the name of a replica. */
export function Bib({ name }: { name: string }) {
  return (
    <span class="bib" data-replica={name}>
      {name}
    </span>
  );
}
