/* Files that the client build turns into addresses. */
declare module '*.css';
declare module '*.svg';
