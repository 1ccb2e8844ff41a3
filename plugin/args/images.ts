// Made by `npx tsx plugin/docs.ts` from the schemas in settings/: change those, not this file.

/** Images of your own, where nobody publishes one. */
export interface ImagesArgs {
  /** k6 with the extension k6/x/netprobe, needed by dns, tcp, udp, api-server and chaos on an existing cluster. Must be an image reference with a tag or a digest, its path in lower case and without https://. Left out: made by the stack on lab, k3d and eks, else the released k6. */
  k6?: string;
  /** The echo server, needed on an existing cluster by the paths that end there and by nodeProber. Must be an image reference with a tag or a digest, its path in lower case and without https://. Left out: made by the stack on lab, k3d and eks, else none. */
  echo?: string;
}
