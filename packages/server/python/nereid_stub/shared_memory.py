"""The two arenas: sparse memory files that this process and the server both map. See PROTOCOL.md."""

import collections
import mmap
import threading
import time

import numpy as np

BLOCK_BYTES_MIN = 1 << 16
CLASS_COUNT = 21
BLOCK_HEAD = 64
CHUNK_BYTES_MIN = 1 << 22
CONTROL_BYTES = 1 << 16
CLASS_SHIFT = 40

# What a request's byte says; 0 otherwise.
CANCELLED = 1
MUST_WAIT = 2

# Issued blocks that one allocation looks at before it takes fresh memory.
SWEEP_COUNT_MAX = 64
# How long an allocation waits for the server to let go of what it is still sending.
RELEASE_WAIT_S = 10.0
RELEASE_POLL_S = 0.001

PAGE = mmap.PAGESIZE


class Mapping:
    """Parts of an arena, mapped on demand and for good."""

    def __init__(self, fd):
        self._fd = fd
        # (class, chunk) -> (mmap, words of u32, bytes, address)
        self._chunks = {}
        self._lock = threading.Lock()

    def chunk(self, position):
        """The chunk that has this position, and where the chunk begins in the file."""
        size_class = (position >> CLASS_SHIFT) - 1
        if not 0 <= size_class < CLASS_COUNT:
            raise ValueError("a position outside of the arena")
        chunk_bytes = max(BLOCK_BYTES_MIN << size_class, CHUNK_BYTES_MIN)
        region = (size_class + 1) << CLASS_SHIFT
        index = (position - region) // chunk_bytes
        begin = region + index * chunk_bytes
        found = self._chunks.get(begin)
        if found is None:
            found = self._map(begin, chunk_bytes)
        return found, begin

    def _map(self, begin, chunk_bytes):
        with self._lock:
            found = self._chunks.get(begin)
            if found is None:
                mapped = mmap.mmap(self._fd, chunk_bytes, offset=begin)
                data = np.frombuffer(mapped, np.uint8)
                words = memoryview(mapped).cast("I")
                found = (mapped, words, data, data.ctypes.data)
                self._chunks[begin] = found
            return found


class Block:
    """A received tensor's memory: whatever views it holds this object, and when the last one goes the server gets it back."""

    __slots__ = ("__array_interface__", "_words", "_index")

    def __init__(self, words, index, address, byte_size):
        self._words = words
        self._index = index
        self.__array_interface__ = {
            "version": 3,
            "shape": (byte_size,),
            "typestr": "|u1",
            "data": (address, False),
        }

    def __del__(self):
        self._words[self._index] = 0


class ArenaReader:
    """What the server writes."""

    def __init__(self, fd):
        self._mapping = Mapping(fd)
        self._control = mmap.mmap(fd, CONTROL_BYTES, prot=mmap.PROT_READ)

    def view(self, position, byte_size):
        """The contents at a position, without copying. They are given back when the last view of them goes."""
        (_, words, _, address), begin = self._mapping.chunk(position)
        offset = position - begin
        block = Block(words, (offset - BLOCK_HEAD) >> 2, address + offset, byte_size)
        return np.asarray(block)

    def is_cancelled(self, offset):
        """Whether the server has said so in a request's byte."""
        return self._control[offset] == CANCELLED

    def must_wait(self, offset):
        """Whether the next answer has to wait for the request's client."""
        return self._control[offset] == MUST_WAIT


class ArenaWriter:
    """What this process writes. `store` may be called from any thread.

    Invariant: a block is in exactly one of `_free` (its pages have memory), `_blank` (they have none) and `_issued` (the
    server may be reading it); the first and the last hold pairs of a block and the bytes of it that have memory.
    """

    def __init__(self, fd):
        self._mapping = Mapping(fd)
        self._control = memoryview(mmap.mmap(fd, CONTROL_BYTES)).cast("I")
        self._bytes_max = 0
        self._idle_bytes_max = 0
        self._lock = threading.Lock()
        self._free = [[] for _ in range(CLASS_COUNT)]
        self._blank = [[] for _ in range(CLASS_COUNT)]
        self._issued = [collections.deque() for _ in range(CLASS_COUNT)]
        self._count = [0] * CLASS_COUNT
        self.resident_bytes = 0

    def begin(self, frame_id):
        """Notes which batch is being executed, for the server to read if this process dies."""
        self._control[0] = frame_id

    def limit(self, bytes_max, idle_bytes_max):
        """Sets how many bytes the arena may hold, and keep while nothing is written; none until then."""
        self._bytes_max = bytes_max
        self._idle_bytes_max = idle_bytes_max

    def store(self, data, byte_size):
        """Copies a contiguous buffer into a block and returns the position of its contents."""
        position = self._allocate(byte_size)
        (_, words, target, _), begin = self._mapping.chunk(position)
        offset = position - begin
        source = data if isinstance(data, np.ndarray) else np.frombuffer(data, np.uint8)
        if source.dtype != np.uint8 or source.ndim != 1:
            source = source.reshape(-1).view(np.uint8)
        target[offset : offset + byte_size] = source
        return position

    def take_back(self, position):
        """Takes back a block that has been written and not been sent."""
        self._set_state(position - BLOCK_HEAD, 0)

    def shrink(self):
        """Gives pages of free blocks back to the system until few are kept."""
        with self._lock:
            self._sweep_all()
            self._trim(self._idle_bytes_max)

    def issued_count(self):
        """Blocks that the server has not given back."""
        with self._lock:
            self._sweep_all()
            return sum(len(issued) for issued in self._issued)

    def _allocate(self, byte_size):
        needed = byte_size + BLOCK_HEAD
        size_class = max(0, (needed - 1).bit_length() - 16)
        touched = (needed + PAGE - 1) & -PAGE
        if size_class >= CLASS_COUNT or touched > self._bytes_max:
            raise MemoryError(self._exhausted_text())
        deadline = time.monotonic() + RELEASE_WAIT_S
        while True:
            with self._lock:
                block = self._take(size_class, touched)
                if block is not None:
                    return block + BLOCK_HEAD
                is_hopeless = not any(self._issued)
            if is_hopeless or time.monotonic() > deadline:
                raise MemoryError(self._exhausted_text())
            time.sleep(RELEASE_POLL_S)

    def _exhausted_text(self):
        return (
            "Failed to increase the shared memory pool size to %d bytes. If you are running Triton inside docker, use "
            "'--shm-size' flag to control the shared memory region size. Error: the limit is shm-max-byte-size=%d"
            % (self.resident_bytes, self._bytes_max)
        )

    def _take(self, size_class, touched):
        """A block for `touched` bytes, marked as issued; None while the limit does not allow it."""
        if not self._free[size_class]:
            self._sweep(size_class, SWEEP_COUNT_MAX)
        free = self._free[size_class]
        block, resident = free.pop() if free else (None, 0)
        growth = max(0, touched - resident)
        if self.resident_bytes + growth > self._bytes_max:
            self._sweep_all()
            self._trim(max(0, self._idle_bytes() - (self.resident_bytes + growth - self._bytes_max)))
            if self.resident_bytes + growth > self._bytes_max:
                if block is not None:
                    free.append((block, resident))
                return None
        if block is None:
            block = self._blank_block(size_class)
        self.resident_bytes += growth
        self._set_state(block, 1)
        self._issued[size_class].append((block, resident + growth))
        return block

    def _blank_block(self, size_class):
        if self._blank[size_class]:
            return self._blank[size_class].pop()
        index = self._count[size_class]
        self._count[size_class] += 1
        return ((size_class + 1) << CLASS_SHIFT) + index * (BLOCK_BYTES_MIN << size_class)

    def _idle_bytes(self):
        return sum(resident for free in self._free for _, resident in free)

    def _sweep_all(self):
        for size_class, issued in enumerate(self._issued):
            self._sweep(size_class, len(issued))

    def _sweep(self, size_class, count_max):
        """Looks which issued blocks have come back."""
        issued = self._issued[size_class]
        for _ in range(min(len(issued), count_max)):
            entry = issued.popleft()
            if self._state(entry[0]) == 0:
                self._free[size_class].append(entry)
            else:
                issued.append(entry)

    def _trim(self, idle_bytes_max):
        """Gives pages back, of the largest blocks first."""
        idle = self._idle_bytes()
        for size_class in range(CLASS_COUNT - 1, -1, -1):
            free = self._free[size_class]
            while free and idle > idle_bytes_max:
                block, resident = free.pop(0)
                (mapped, _, _, _), begin = self._mapping.chunk(block)
                if hasattr(mmap, "MADV_REMOVE"):
                    mapped.madvise(mmap.MADV_REMOVE, block - begin, BLOCK_BYTES_MIN << size_class)
                self._blank[size_class].append(block)
                self.resident_bytes -= resident
                idle -= resident

    def _state(self, block):
        (_, words, _, _), begin = self._mapping.chunk(block)
        return words[(block - begin) >> 2]

    def _set_state(self, block, state):
        (_, words, _, _), begin = self._mapping.chunk(block)
        words[(block - begin) >> 2] = state
