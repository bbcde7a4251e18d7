/** How to get FFmpeg on a platform. */
export function installAdvice(platform: NodeJS.Platform): string {
  return `install FFmpeg (${INSTALL_LINE[platform] ?? 'see ffmpeg.org/download.html'}), or name it with --ffmpeg PATH`;
}

const INSTALL_LINE: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'apt install ffmpeg, dnf install ffmpeg or pacman -S ffmpeg',
  darwin: 'brew install ffmpeg',
  win32: 'winget install ffmpeg',
  freebsd: 'pkg install ffmpeg',
};
