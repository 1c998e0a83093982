// Runs first, on any version of Node: everything else is written for Node 24 and would fail with a misleading error.
const major = Number.parseInt(process.versions.node, 10);
if (major < 24) {
  console.error(
    `Baton needs Node 24 or newer; this is ${process.version}. On Linux and Windows run \`npm ci\` without --omit=optional: it brings ` +
      'Node 24 along, for npm scripts only. Elsewhere install it first (for example `nvm install 24` or `brew install node@24`).',
  );
  process.exit(1);
}
