// The only file that includes libzip, for the reader and the writer of archives, and its errors.
#pragma once

#include <zip.h>

#include <string>

namespace tapegrad::io {

struct ZipError : zip_error_t {
  ZipError() { zip_error_init(this); }
  ZipError(const ZipError&) = delete;
  ZipError& operator=(const ZipError&) = delete;
  ~ZipError() { zip_error_fini(this); }
  std::string text() { return zip_error_strerror(this); }
};

}  // namespace tapegrad::io
