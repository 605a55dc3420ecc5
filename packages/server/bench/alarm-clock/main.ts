/**
 * How late alarms come: Node's timers, turning the loop, sleeping in it, and a thread that wakes it, on an idle loop and on
 * one that has something to do all the time. Prints lateness in microseconds and the processor time an alarm costs.
 *
 *   node --conditions=@nereid/source packages/server/bench/alarm-clock/main.ts
 */
import { MessageChannel, Worker } from "node:worker_threads";
import { AlarmClock } from "../../src/base/alarm-clock.ts";
import { systemClock } from "../../src/base/clock.ts";
import { createEventLoopWait } from "../../src/ffi/event-loop/event-loop-wait.ts";

const ALARM_COUNT = 1000;
const DELAYS_US = [100, 500];
/** What the busy loop does each time, and how often. */
const WORK_US = 20;
const WORK_PAUSE_US = 40;

type SetAlarm = (delayUs: number, callback: () => void) => void;

function clockAlarms(hasWait: boolean): SetAlarm {
  const clock = new AlarmClock({
    clock: systemClock,
    wait: hasWait ? createEventLoopWait() : null,
  });
  let onTime = (): void => {};
  const alarm = clock.createAlarm(() => onTime());
  return (delayUs, callback) => {
    onTime = callback;
    alarm.set(systemClock.nowNs() + delayUs * 1000, true);
  };
}

/** A thread that blocks until the time and posts; a stand-in for what a timer thread would cost. */
function threadAlarms(): { readonly set: SetAlarm; readonly worker: Worker } {
  const memory = new SharedArrayBuffer(8);
  const asked = new Int32Array(memory);
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(
    `const { workerData } = require("node:worker_threads");
     const asked = new Int32Array(workerData.memory);
     const nothing = new Int32Array(new SharedArrayBuffer(4));
     for (;;) {
       Atomics.wait(asked, 0, 0);
       const delayUs = Atomics.load(asked, 1);
       Atomics.store(asked, 0, 0);
       if (delayUs < 0) break;
       Atomics.wait(nothing, 0, 0, delayUs / 1000);
       workerData.port.postMessage(0);
     }`,
    { eval: true, workerData: { memory, port: port2 }, transferList: [port2] },
  );
  let onTime = (): void => {};
  port1.on("message", () => onTime());
  port1.unref();
  return {
    worker,
    set: (delayUs, callback) => {
      onTime = callback;
      Atomics.store(asked, 1, delayUs);
      Atomics.store(asked, 0, 1);
      Atomics.notify(asked, 0);
    },
  };
}

/** Keeps the loop busy by messages from another thread, as requests would. */
function startWork(): Worker {
  const worker = new Worker(
    `const { parentPort } = require("node:worker_threads");
     const nothing = new Int32Array(new SharedArrayBuffer(4));
     for (;;) { parentPort.postMessage(0); Atomics.wait(nothing, 0, 0, ${WORK_PAUSE_US / 1000}); }`,
    { eval: true },
  );
  worker.on("message", () => {
    const endMs = performance.now() + WORK_US / 1000;
    while (performance.now() < endMs) {
      // Work.
    }
  });
  return worker;
}

async function measure(name: string, load: string, delayUs: number, set: SetAlarm): Promise<void> {
  const late: number[] = [];
  const before = process.cpuUsage();
  for (let count = 0; count < ALARM_COUNT; count++) {
    const startMs = performance.now();
    await new Promise<void>((resolve) => {
      set(delayUs, resolve);
    });
    late.push((performance.now() - startMs) * 1000 - delayUs);
  }
  const { user, system } = process.cpuUsage(before);
  late.sort((left, right) => left - right);
  const at = (share: number): string =>
    Math.round(late[Math.floor(late.length * share)] ?? 0)
      .toString()
      .padStart(7);
  const cpu = Math.round((user + system) / ALARM_COUNT);
  console.log(
    `${name.padEnd(20)}${load.padEnd(6)}${String(delayUs).padStart(5)}${at(0.5)}${at(0.9)}${at(0.99)}${String(cpu).padStart(8)}`,
  );
}

console.log("alarm               loop  delay    p50    p90    p99  cpu us");
for (const load of ["idle", "busy"]) {
  const work = load === "busy" ? startWork() : null;
  for (const delayUs of DELAYS_US) {
    await measure("node's timer", load, delayUs, (us, callback) => {
      setTimeout(callback, us / 1000);
    });
    await measure("turning", load, delayUs, clockAlarms(false));
    await measure("sleeping in ppoll", load, delayUs, clockAlarms(true));
    const thread = threadAlarms();
    await measure("thread", load, delayUs, thread.set);
    thread.set(-1, () => {});
    await thread.worker.terminate();
  }
  await work?.terminate();
}
