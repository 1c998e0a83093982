import type { ComponentChildren } from 'preact';
import type { BoardProps } from './cluster-view.ts';

/** The page around the board; its props are embedded as data for the script. */
export function ClusterFrame({ props, children }: { props: BoardProps; children: ComponentChildren }) {
  return (
    <>
      <noscript>
        <p class="wrap notice">
          Without JavaScript this page shows the cluster at the time it was loaded: reload it to update. The buttons work.
        </p>
      </noscript>
      <div id="board" data-props={JSON.stringify(props)}>
        {children}
      </div>
    </>
  );
}
