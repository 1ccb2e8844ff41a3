/**
 * Keeps k6 to HTTP/1.1. A connection of HTTP/2 whose other end is gone without a word is used for ever: k6 sends no pings, and a request that
 * times out does not end it. gRPC has a transport of its own and stays as it is.
 */
export const http1Only = { name: 'GODEBUG', value: 'http2client=0' } as const;
