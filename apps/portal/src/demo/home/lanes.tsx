/** The bend of a running track, with the baton in the third lane. */
export function Lanes() {
  const lanes = Array.from({ length: 7 }, (_, lane) => lane);
  return (
    <svg class="lanes" viewBox="0 0 1200 600" preserveAspectRatio="xMaxYMid slice" aria-hidden="true">
      <path d={bend(-1)} fill="none" stroke="#0b2a86" stroke-width="74" opacity=".35" />
      {lanes.map((lane) => (
        <path d={bend(lane)} fill="none" stroke="#fff" stroke-width="2.5" opacity=".5" />
      ))}
      <g class="lanes-baton" transform="translate(1010 396) rotate(-64)">
        <rect x="-62" y="-9" width="124" height="18" rx="9" fill="#ffc531" />
        <path d="M-40 -9v18M40 -9v18" stroke="#241a00" stroke-width="3" opacity=".45" />
      </g>
    </svg>
  );
}

function bend(lane: number): string {
  const inset = lane * 74;
  return `M${520 + inset * 0.9} 640 C ${780 + inset} 560 ${930 + inset * 0.9} ${330 + inset * 0.3} ${880 + inset} -40`;
}
