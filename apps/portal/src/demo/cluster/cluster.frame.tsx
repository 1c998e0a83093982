import type { ComponentChildren } from 'preact';
import type { BoardProps } from './cluster-view.ts';

/** The page around the board; what the server knew travels as data, so the script continues where the page stopped. */
export function ClusterFrame({ props, children }: { props: BoardProps; children: ComponentChildren }) {
  return (
    <>
      <noscript>
        <p class="wrap notice">
          Without JavaScript this page shows the cluster as it was when you loaded it: reload to see it move. The buttons work.
        </p>
      </noscript>
      <div id="board" data-props={JSON.stringify(props)}>
        {children}
      </div>
    </>
  );
}
