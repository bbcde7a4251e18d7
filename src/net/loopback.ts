/** Whether only programs on this machine reach what listens there. @param host a name, or an address as Node gives it */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(host);
}
