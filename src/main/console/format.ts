import type { Money } from './types.ts';

const NUMBER = new Intl.NumberFormat('en-US');

export function count(n: number | undefined | null): string {
  return NUMBER.format(n ?? 0);
}

/** A number in at most four characters. */
export function short(n: number): string {
  if (n < 1000) return String(n);
  if (n < 999_500) return (n / 1000).toFixed(n < 9950 ? 1 : 0) + 'k';
  if (n < 999_500_000) return (n / 1e6).toFixed(n < 9.95e6 ? 1 : 0) + 'M';
  return (n / 1e9).toFixed(1) + 'G';
}

export function plural(n: number, one: string, many = one + 's'): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return '';
  const time = Math.max(0, ms);
  if (time < 1000) return Math.round(time) + ' ms';
  const seconds = time / 1000;
  if (seconds < 60) return seconds.toFixed(seconds < 9.95 ? 1 : 0) + ' s';
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return Math.floor(hours / 24) + ' days';
}

/** How long ago something was, roughly. */
export function age(time: number, now: number): string {
  const seconds = Math.max(0, (now - time) / 1000);
  if (!Number.isFinite(seconds)) return '';
  if (seconds < 5) return 'now';
  if (seconds < 60) return Math.floor(seconds) + ' s ago';
  if (seconds < 3600) return Math.floor(seconds / 60) + ' min ago';
  if (seconds < 48 * 3600) return Math.floor(seconds / 3600) + ' h ago';
  return Math.floor(seconds / 86400) + ' days ago';
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}

/** The time of day, in the reader's time zone. */
export function clock(time: number): string {
  if (!Number.isFinite(time)) return '';
  const date = new Date(time);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** The date and the time of day, in the reader's time zone. */
export function dateTime(time: number | string | null | undefined): string {
  if (time === null || time === undefined) return '';
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return '';
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(date.getTime())}`;
}

/** An amount of whole cents. */
export function money(value: Money | null | undefined): string {
  if (!value) return '';
  const cents = Number(value.amount);
  if (!Number.isFinite(cents)) return '';
  const amount = (cents / 100).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return value.currency === 'USD' ? '$' + amount : `${amount} ${value.currency}`;
}

export function percent(part: number, whole: number): string {
  return whole > 0 ? Math.round((100 * part) / whole) + ' %' : '';
}

export function bytes(n: number): string {
  if (n < 1000) return n + ' B';
  if (n < 1e6) return (n / 1000).toFixed(1) + ' kB';
  if (n < 1e9) return (n / 1e6).toFixed(1) + ' MB';
  return (n / 1e9).toFixed(1) + ' GB';
}
