/** Something the toolchain cannot do, told in whole sentences with the way out: show `message` as it is, without a stack. */
export class ToolchainError extends Error {
  override readonly name = 'ToolchainError';
}
