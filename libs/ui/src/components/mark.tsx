/** The mark of the site. */
export function Mark() {
  return (
    <svg width="30" height="30" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#1747c4" />
      <path d="M-2 12 34 -4M-2 38 34 22" stroke="#fff" stroke-width="2" opacity=".55" />
      <path d="M8 21.5 24 13.5" stroke="#ffc531" stroke-width="6" stroke-linecap="round" />
    </svg>
  );
}
