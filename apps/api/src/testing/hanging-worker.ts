/** A worker whose tasks never finish (`hang`) or finish at once (`echo`). */
const never = new Int32Array(new SharedArrayBuffer(4));

export function hang(): void {
  Atomics.wait(never, 0, 0);
}

export function echo(task: unknown): unknown {
  return task;
}
