/** What the server tells a worker. */
export const ServerRecord = {
  /** u32 batch, u32 count, requests. */
  Execute: 1,
  /** u32 batch, u32 index of the request whose client has gone. */
  Cancel: 2,
  /** u32 call, u8 1 if it is the last answer, outcome. */
  CallAnswer: 3,
  /** JSON, an answer to `WorkerRecord.Ask`. */
  Answer: 4,
  /** No content: the worker is to end. */
  Finalize: 5,
  /** u32 question. */
  AskReady: 6,
  /** u32 batch, u32 index of the request, u32 how many of its answers its client has room for by now, of all. */
  Taken: 7,
} as const;

/** What a worker tells the server. */
export const WorkerRecord = {
  /** u32 batch, outcomes. */
  Complete: 1,
  /** u32 batch, u32 index, u8 1 if it is the last answer, outcome. */
  Respond: 2,
  /** u32 call, u8 1 if several answers may come, text model, i64 version (0 for the greatest), request. */
  Call: 3,
  /** u32 call. */
  CancelCall: 4,
  /** JSON: a question of which the answer is waited for. */
  Ask: 5,
  /** JSON: what needs no answer. */
  Tell: 6,
  /** No content: `finalize` is over. */
  Finalized: 7,
  /** u32 question, u8 1 if ready, text why not. */
  Ready: 8,
} as const;

/** What the link of either side tells the other's. */
export const LinkRecord = {
  /** u32 buffer of the reader's that the writer has read. */
  Release: 100,
  /** u32 buffer of the writer's that it will not name again. */
  Forget: 101,
  /** u32 the record's kind, u32 buffer of the writer's that holds its content, u32 size. */
  Indirect: 102,
} as const;

/** Answers to one request that a model may give before it is told that its client has taken some. */
export const ANSWERS_AHEAD_MAX = 16;

/** Bytes of records in each ring. */
export const RING_SIZE: number = 256 * 1024;

/** Content up to here travels in the ring, larger content in a shared buffer. */
export const RING_CONTENT_SIZE_MAX: number = 64 * 1024;

/** Bytes of shared memory that each side of an instance keeps for reuse. */
export const IDLE_BYTES_MAX: number = 64 << 20;
