import type { Article } from './catalogue.ts';

/** A drawing of an article. */
export function ArticleDrawing({ of }: { of: Article['drawing'] }) {
  return (
    <svg class="drawing" viewBox="0 0 120 80" aria-hidden="true">
      {SHAPES[of]}
    </svg>
  );
}

const SHAPES = {
  baton: (
    <g transform="rotate(-24 60 40)">
      <rect x="14" y="31" width="92" height="18" rx="9" class="d-baton" />
      <path d="M34 31v18M86 31v18" class="d-line" />
      <ellipse cx="100" cy="40" rx="4" ry="7" class="d-dark" />
    </g>
  ),
  bib: (
    <g>
      <rect x="28" y="12" width="64" height="56" rx="5" class="d-paper" />
      <path d="M28 26h64" class="d-track" />
      <g class="d-dark">
        <circle cx="34" cy="18" r="2" />
        <circle cx="86" cy="18" r="2" />
        <circle cx="34" cy="62" r="2" />
        <circle cx="86" cy="62" r="2" />
      </g>
      <path d="M48 36v22M60 36h14v10H60v12h14" class="d-stroke" />
    </g>
  ),
  spikes: (
    <g>
      <path d="M16 56c2-14 6-28 12-30l14 10c10 6 24 12 52 14 8 1 10 6 9 10H18z" class="d-baton" />
      <path d="M16 56h88" class="d-stroke" />
      <path d="M44 38l8-6M54 43l8-6M64 47l8-6" class="d-line" />
      <path d="M66 61v7M78 61v7M90 61v7" class="d-stroke" />
    </g>
  ),
  whistle: (
    <g>
      <circle cx="44" cy="46" r="21" class="d-fill-track" />
      <path d="M44 25h60v15H62z" class="d-fill-track" />
      <circle cx="44" cy="46" r="8" class="d-paper" />
      <path d="M70 25v10" class="d-line" />
      <path d="M100 12l8-6M106 18l9-2" class="d-stroke" />
    </g>
  ),
  cone: (
    <g>
      <path d="M60 8l22 54H38z" class="d-baton" />
      <path d="M51 30h18M45 45h30" class="d-paper-line" />
      <rect x="26" y="60" width="68" height="10" rx="3" class="d-dark" />
    </g>
  ),
  watch: (
    <g>
      <rect x="54" y="5" width="12" height="8" class="d-dark" />
      <circle cx="60" cy="44" r="29" class="d-fill-track" />
      <circle cx="60" cy="44" r="22" class="d-paper" />
      <path d="M60 44V29M60 44l10 6" class="d-stroke" />
      <path d="M83 18l5-5" class="d-stroke" />
    </g>
  ),
};
