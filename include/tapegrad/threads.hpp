// How many threads one operation may use. What several threads of a program may do at a time is
// another matter: docs/threads.md.
#pragma once

namespace [[gnu::visibility("default")]] tapegrad {

/// The number of threads that work on one large operation, the caller among them. At first it is
/// the environment's TAPEGRAD_NUM_THREADS, if that is a number from 1 to 1024; else the number of
/// processors that the process may use, by its affinity and the quota of its control group (a
/// container's limit; a part of a processor counts as one). No result depends on it, not in a
/// single bit, but for products of two matrices, which OpenBLAS cuts by the number of its threads.
int num_threads();

/// Sets it, for OpenBLAS too, as TAPEGRAD_NUM_THREADS does. Threads are started when they are first
/// needed. Operations that run within another one's threads, or while those are busy, have one
/// thread. Throws Error unless `count` is from 1 to 1024.
void set_num_threads(int count);

}  // namespace tapegrad
