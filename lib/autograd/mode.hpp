// Whether this thread records. Read on the path of every operation.
#pragma once

namespace tapegrad {

#if defined(__GNUC__)
[[gnu::tls_model("initial-exec")]]
#endif
extern constinit thread_local bool recording;

}  // namespace tapegrad
