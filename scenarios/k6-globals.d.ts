/** Globals of k6's runtime that its types leave to the DOM library. */
declare const console: {
  log(message: string): void;
  warn(message: string): void;
  error(message: string): void;
};
