export interface PageOptions {
  title: string;
  /** Further entries of the client build that this page loads, such as `cluster`: their scripts. */
  scripts?: string[];
  /** The same: their style sheets. */
  styles?: string[];
  description?: string;
  /** Set where the text is not in the reader's language. */
  mainLanguage?: string;
  /** The page's event stream, and the event types it handles. Signed-in readers get the one that reports the end of their session. */
  events?: { address: string; types: string[] };
}
