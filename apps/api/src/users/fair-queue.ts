import { HttpProblem } from '../http/http-problem.ts';

/** Sign-ins have precedence over sign-ups. */
export type Priority = 'sign-in' | 'sign-up';

/** The source of a job. */
export interface Origin {
  /** See `networkOf`. */
  readonly network: string;
  readonly priority: Priority;
}

export interface FairQueueOptions {
  /** Jobs that run at once. */
  readonly concurrency: number;
  /** Jobs that may wait, of all networks together. */
  readonly maxWaiting: number;
  /** Jobs of one network that may wait. */
  readonly maxWaitingPerNetwork: number;
}

interface Waiting {
  readonly begin: () => void;
  readonly reject: (reason: HttpProblem) => void;
}

/** Number of sign-ins per sign-up while both wait. Sign-ins delay sign-ups but never block them. */
const signInsPerSignUp = 4;
const retryAfterMs = 2_000;

/**
 * Runs a bounded number of jobs at once. Waiting jobs take turns between networks, so the wait of one network does not grow with
 * the jobs of another. Sign-ins run before sign-ups.
 */
export class FairQueue {
  readonly #options: FairQueueOptions;
  readonly #waiting: Readonly<Record<Priority, NetworkQueues>> = {
    'sign-in': new NetworkQueues(),
    'sign-up': new NetworkQueues(),
  };
  #running = 0;
  #consecutiveSignIns = 0;

  constructor(options: FairQueueOptions) {
    this.#options = options;
  }

  /**
   * Runs a job when its turn comes, and settles like the job.
   *
   * @throws HttpProblem 503 `at_capacity` when the network has too many jobs waiting, or when the queue is full. A full queue drops
   * a waiting job of the network that has the most, sign-ups first, if the new job has precedence.
   */
  async run<T>(origin: Origin, job: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#options.concurrency) await this.#turn(origin);
    else this.#running++;
    try {
      return await job();
    } finally {
      const next = this.#next();
      // The next job takes the place directly, so that a newly arriving job cannot overtake it.
      if (next === undefined) this.#running--;
      else next.begin();
    }
  }

  #turn({ network, priority }: Origin): Promise<void> {
    const { maxWaiting, maxWaitingPerNetwork } = this.#options;
    const { 'sign-in': signIns, 'sign-up': signUps } = this.#waiting;
    if (signIns.sizeOf(network) + signUps.sizeOf(network) >= maxWaitingPerNetwork) throw full();
    if (signIns.size + signUps.size >= maxWaiting) {
      // A sign-in takes the place of any sign-up; otherwise the place of a network that has more waiting than its own.
      const victim =
        priority === 'sign-in' && signUps.size > 0
          ? signUps.dropFromLargest(0)
          : this.#waiting[priority].dropFromLargest(this.#waiting[priority].sizeOf(network) + 1);
      if (victim === undefined) throw full();
      victim.reject(full());
    }
    return new Promise((begin, reject) => {
      this.#waiting[priority].push(network, { begin, reject });
    });
  }

  #next(): Waiting | undefined {
    const { 'sign-in': signIns, 'sign-up': signUps } = this.#waiting;
    if (signIns.size > 0 && (signUps.size === 0 || this.#consecutiveSignIns < signInsPerSignUp)) {
      this.#consecutiveSignIns++;
      return signIns.shift();
    }
    this.#consecutiveSignIns = 0;
    return signUps.shift();
  }
}

/** The waiting jobs of each network, oldest first. The first network is next. */
class NetworkQueues {
  readonly #queues = new Map<string, Waiting[]>();
  size = 0;

  sizeOf(network: string): number {
    return this.#queues.get(network)?.length ?? 0;
  }

  push(network: string, waiting: Waiting): void {
    const queue = this.#queues.get(network);
    if (queue === undefined) this.#queues.set(network, [waiting]);
    else queue.push(waiting);
    this.size++;
  }

  /** Removes the oldest job of the first network and moves that network to the end. */
  shift(): Waiting | undefined {
    const [first] = this.#queues;
    if (first === undefined) return undefined;
    const [network, queue] = first;
    const waiting = queue.shift();
    this.#queues.delete(network);
    if (queue.length > 0) this.#queues.set(network, queue);
    this.size--;
    return waiting;
  }

  /** Removes the newest job of the network with the most jobs, if it has more than `count`. */
  dropFromLargest(count: number): Waiting | undefined {
    let largest: [string, Waiting[]] | undefined;
    for (const entry of this.#queues) {
      if (entry[1].length > (largest?.[1].length ?? count)) largest = entry;
    }
    if (largest === undefined) return undefined;
    const [network, queue] = largest;
    const waiting = queue.pop();
    if (queue.length === 0) this.#queues.delete(network);
    this.size--;
    return waiting;
  }
}

function full(): HttpProblem {
  return new HttpProblem('at_capacity', { retryAfterMs });
}
