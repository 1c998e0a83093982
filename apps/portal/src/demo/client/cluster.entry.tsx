import './cluster.css';
import { hydrate } from 'preact';
import { Board } from '../cluster/board/board.tsx';
import type { BoardProps } from '../cluster/cluster-view.ts';
import { drawCharts } from './charts.ts';
import { sendFaultsInTheBackground } from './fault-forms.ts';
import { drawTrack } from './track.ts';

const root = document.querySelector<HTMLElement>('#board');
if (root) {
  hydrate(<Board {...(JSON.parse(root.dataset['props'] ?? '') as BoardProps)} />, root);
  drawTrack(root);
  drawCharts(root);
  sendFaultsInTheBackground(root);
}
